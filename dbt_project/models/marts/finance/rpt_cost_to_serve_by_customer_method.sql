-- Grain: one row per customer and accepted method, over the last year.
-- A method gives an activity to the customers by the driver it accepts instead of the
-- activity's own, where that is counted in entity and period; else as published. One
-- that absorbs idle time adds what a pool that customers used left unused. Running
-- shares are rounded: by any method the customers add up to the pools, to the cent.
-- Incremental cost is unknown where nobody judged what of it is avoidable.
with

pool_costs as (select * from {{ ref('rpt_cost_to_serve_by_customer_pool_month') }}),

years as (
    select min(year_from_fiscal_period) as year_from_fiscal_period
    from {{ ref('rpt_profitability_by_customer_year') }}
),

activities as (select * from {{ ref('fct_cost_activities') }}),

pools as (select * from {{ ref('fct_cost_pools') }}),

methods as {{ in_force(
    ref('policy_accepted_methods'), ['method_code', 'driver_code']
) }},

costs as (
    select
        {{ activity_key('pool_costs') }},
        pool_costs.customer_id,
        {{ amount_to_cents('pool_costs.allocated_amount_base_ccy') }} as cost_cents,
        pool_costs.driver_qty,
        activities.driver_code
    from pool_costs
    inner join years on pool_costs.fiscal_period >= years.year_from_fiscal_period
    left join activities using ({{ activity_key() }})
),

driver_shares as (
    select
        entity_code,
        fiscal_period,
        driver_code as other_driver_code,
        customer_id,
        max(driver_qty) as own_qty,
        sum(own_qty) over (driver order by customer_id) as running_qty,
        sum(own_qty) over driver as total_qty
    from costs
    where driver_code is not null
    group by entity_code, fiscal_period, driver_code, customer_id
    window driver as (partition by entity_code, fiscal_period, driver_code)
    qualify total_qty > 0
),

counted_drivers as (
    select distinct
        entity_code,
        fiscal_period,
        other_driver_code
    from driver_shares
),

driven_activities as (
    select
        {{ activity_key() }},
        driver_code,
        sum(cost_cents) as activity_cents
    from costs
    group by all
),

chosen_methods as (
    select
        driven_activities.*,
        methods.method_code,
        methods.absorbs_unused_capacity,
        counted_drivers.other_driver_code
    from driven_activities
    inner join methods
        on
            methods.driver_code = '%'
            or driven_activities.driver_code = methods.driver_code
    left join counted_drivers
        on
            methods.accepted_driver_code = counted_drivers.other_driver_code
            and driven_activities.entity_code = counted_drivers.entity_code
            and driven_activities.fiscal_period = counted_drivers.fiscal_period
    qualify row_number() over (
        partition by methods.method_code, {{ activity_key('driven_activities') }}
        order by methods.driver_code = '%'
    ) = 1
),

shared_costs as (
    select
        chosen_methods.*,
        costs.customer_id,
        costs.cost_cents
    from chosen_methods
    inner join costs using ({{ activity_key() }})
    where chosen_methods.other_driver_code is null
    union all
    select
        chosen_methods.*,
        driver_shares.customer_id,
        {{ cascade_share(
            'chosen_methods.activity_cents', 'driver_shares.running_qty',
            'driver_shares.own_qty', 'driver_shares.total_qty'
        ) }} as cost_cents
    from chosen_methods
    inner join driver_shares using (entity_code, fiscal_period, other_driver_code)
),

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
        if(shared_costs.cost_cents = 0, 0, pools.avoidable_ratio) as avoidable_ratio
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
)

select
    customer_id,
    method_code,
    {{ cents_to_amount('sum(cost_cents)') }} as cost_to_serve_amount_base_ccy,
    cast(
        {{ known_sum(rounded_part(
            cents_to_amount('cost_cents'), 'avoidable_ratio'
        )) }} as decimal(18, 2)
    ) as incremental_amount_base_ccy
from cost_parts
group by customer_id, method_code
