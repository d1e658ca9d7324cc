-- Grain: one row per kind of holder (customer, segment, company), holder and accepted
-- method, over the last year.
-- A method gives an activity to the customers by the driver it accepts instead of the
-- activity's own, where that is counted in entity and period; else as published. One
-- that absorbs idle time adds what a pool that customers used left unused. Running
-- shares are rounded: by any method the customers add up to the pools, to the cent.
-- Incremental cost is what would go with the holder, avoidable alone what of its own
-- cost it could go without if it were the only one; they differ where a pool moves in
-- whole steps, which holders share. Both are unknown where nobody judged a cost.
with

pool_costs as (select * from {{ ref('rpt_cost_to_serve_by_customer_pool_month') }}),

years as (
    select min(year_from_fiscal_period) as year_from_fiscal_period
    from {{ ref('rpt_profitability_by_customer_year') }}
),

activities as (select * from {{ ref('fct_cost_activities') }}),

pools as (select * from {{ ref('fct_cost_pools') }}),

segments as (
    select * from {{ ref('dim_customer_segments') }}
    where is_current
),

methods as {{ in_force(
    ref('policy_accepted_methods'), ['method_code', 'driver_code']
) }},

shared_costs as {{ costs_by_method(
    'pool_costs', 'years', 'activities', 'methods'
) }},

idle_times as (
    select
        pools.entity_code,
        pools.fiscal_period,
        pools.cost_pool_code,
        absorbing_methods.method_code,
        {{ amount_to_cents('pools.unused_capacity_amount_base_ccy') }} as idle_cents
    from pools
    cross join (
        select distinct methods.method_code
        from methods
        where methods.absorbs_unused_capacity
    ) as absorbing_methods
    where pools.unused_capacity_amount_base_ccy != 0
),

-- Who absorbs comes first, so that its part of the idle time is rounded as one.
idle_weights as (
    select
        shared_costs.customer_id,
        shared_costs.method_code,
        shared_costs.absorbs_unused_capacity,
        idle_times.idle_cents,
        abs(shared_costs.cost_cents) as own_weight,
        sum(abs(shared_costs.cost_cents)) over (
            pool
            order by
                shared_costs.absorbs_unused_capacity desc, shared_costs.customer_id,
                shared_costs.carried_by_pool_code, shared_costs.activity_code
        ) as running_weight,
        sum(abs(shared_costs.cost_cents)) over pool as total_weight
    from shared_costs
    inner join idle_times
        using (entity_code, fiscal_period, cost_pool_code, method_code)
    window pool as (
        partition by
            shared_costs.entity_code, shared_costs.fiscal_period,
            shared_costs.cost_pool_code, shared_costs.method_code
    )
),

cost_parts as (
    select
        shared_costs.customer_id,
        shared_costs.method_code,
        shared_costs.cost_cents,
        -- Whole steps are counted of the holder, not of each of its customers.
        if(
            shared_costs.cost_cents = 0 or shared_costs.customer_step_qty is not null,
            0, pools.avoidable_ratio
        ) as avoidable_ratio
    from shared_costs
    inner join pools using (entity_code, fiscal_period, cost_pool_code)
    union all
    select
        customer_id,
        method_code,
        {{ cascade_share(
            'idle_cents', 'running_weight', 'own_weight', 'total_weight'
        ) }} as cost_cents,
        0 as avoidable_ratio
    from idle_weights
    where absorbs_unused_capacity and total_weight > 0
),

customer_costs as (
    select
        customer_id,
        method_code,
        sum(cost_cents) as cost_cents,
        {{ known_sum(rounded_part(
            cents_to_amount('cost_cents'), 'avoidable_ratio'
        )) }} as avoidable_amount
    from cost_parts
    group by customer_id, method_code
),

served_customers as (
    select distinct customer_id from customer_costs
),

customers as (
    select
        customer_id,
        unnest(['customer', 'segment', 'company']) as holder_type,
        unnest([
            customer_id, coalesce(segments.segment_code, 'unassigned'), 'company'
        ]) as holder_id
    from served_customers
    left join segments using (customer_id)
),

holder_steps as (
    select
        customers.holder_type,
        customers.holder_id,
        shared_costs.method_code,
        shared_costs.entity_code,
        shared_costs.fiscal_period,
        shared_costs.cost_pool_code,
        sum(shared_costs.customer_step_qty) as holder_step_qty
    from shared_costs
    inner join customers using (customer_id)
    where shared_costs.customer_step_qty > 0
    group by all
),

holder_step_costs as (
    select
        holder_steps.holder_type,
        holder_steps.holder_id,
        holder_steps.method_code,
        {{ known_sum(avoidable_steps_amount(
            'pools', 'holder_steps.holder_step_qty'
        )) }} as incremental_amount,
        {{ known_sum(rounded_part(
            'pools.step_amount_base_ccy * least(pools.step_count, '
            ~ whole_steps('holder_steps.holder_step_qty') ~ ')',
            'pools.avoidable_ratio'
        )) }} as alone_amount
    from holder_steps
    inner join pools using (entity_code, fiscal_period, cost_pool_code)
    group by all
),

holder_costs as (
    select
        customers.holder_type,
        customers.holder_id,
        customer_costs.method_code,
        sum(customer_costs.cost_cents) as cost_cents,
        {{ known_sum('customer_costs.avoidable_amount') }} as avoidable_amount
    from customer_costs
    inner join customers using (customer_id)
    group by all
)

select
    holder_type,
    holder_id,
    method_code,
    {{ cents_to_amount('holder_costs.cost_cents') }} as cost_to_serve_amount_base_ccy,
    cast(
        holder_costs.avoidable_amount
        + if(
            holder_step_costs.holder_id is null, 0,
            holder_step_costs.incremental_amount
        ) as decimal(18, 2)
    ) as incremental_amount_base_ccy,
    cast(
        holder_costs.avoidable_amount
        + if(holder_step_costs.holder_id is null, 0, holder_step_costs.alone_amount)
        as decimal(18, 2)
    ) as avoidable_alone_amount_base_ccy
from holder_costs
left join holder_step_costs using (holder_type, holder_id, method_code)
