-- Grain: one row per customer and accepted method, over the last twelve periods.
-- A method gives an activity to the customers by the driver it accepts instead of the
-- activity's own, where that is counted in entity and period; else as published. One
-- that absorbs idle time adds what the pool left unused. Shares are rounded one by one.
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
        pool_costs.allocated_amount_base_ccy as amount,
        pool_costs.driver_qty,
        activities.driver_code,
        pools.avoidable_ratio,
        coalesce({{ ratio(
            'pools.unused_capacity_amount_base_ccy',
            'sum(pool_costs.allocated_amount_base_ccy) over pool'
        ) }}, 0) as idle_ratio
    from pool_costs
    inner join years on pool_costs.fiscal_period >= years.year_from_fiscal_period
    inner join pools using (entity_code, fiscal_period, cost_pool_code)
    left join activities using ({{ activity_key() }})
    window pool as (
        partition by
            pool_costs.entity_code, pool_costs.fiscal_period, pool_costs.cost_pool_code
    )
),

driver_shares as (
    select
        entity_code,
        fiscal_period,
        driver_code as other_driver_code,
        customer_id,
        {{ ratio('max(driver_qty)', 'sum(max(driver_qty)) over driver') }}
            as driver_share
    from costs
    where driver_code is not null
    group by entity_code, fiscal_period, driver_code, customer_id
    window driver as (partition by entity_code, fiscal_period, driver_code)
),

counted_drivers as (
    select distinct
        entity_code,
        fiscal_period,
        other_driver_code
    from driver_shares
),

activity_totals as (
    select
        {{ activity_key('costs') }},
        costs.driver_code,
        costs.avoidable_ratio,
        costs.idle_ratio,
        sum(costs.amount) as activity_amount
    from costs
    group by all
),

chosen_methods as (
    select
        activity_totals.*,
        methods.method_code,
        methods.absorbs_unused_capacity,
        counted_drivers.other_driver_code
    from activity_totals
    inner join methods
        on
            methods.driver_code = '%'
            or activity_totals.driver_code = methods.driver_code
    left join counted_drivers
        on
            methods.accepted_driver_code = counted_drivers.other_driver_code
            and activity_totals.entity_code = counted_drivers.entity_code
            and activity_totals.fiscal_period = counted_drivers.fiscal_period
    qualify row_number() over (
        partition by methods.method_code, {{ activity_key('activity_totals') }}
        order by methods.driver_code = '%'
    ) = 1
),

shared_costs as (
    select
        chosen_methods.*,
        costs.customer_id,
        costs.amount
    from chosen_methods
    inner join costs using ({{ activity_key() }})
    where chosen_methods.other_driver_code is null
    union all
    select
        chosen_methods.*,
        driver_shares.customer_id,
        {{ rounded_part(
            'chosen_methods.activity_amount', 'driver_shares.driver_share'
        ) }} as amount
    from chosen_methods
    inner join driver_shares using (entity_code, fiscal_period, other_driver_code)
)

select
    customer_id,
    method_code,
    cast(
        sum(amount + {{ rounded_part(
            'amount', 'idle_ratio * cast(absorbs_unused_capacity as integer)'
        ) }}) as decimal(18, 2)
    ) as cost_to_serve_amount_base_ccy,
    cast(
        {{ known_sum(
            rounded_part('amount', 'if(amount = 0, 0, avoidable_ratio)')
        ) }} as decimal(18, 2)
    ) as incremental_amount_base_ccy
from shared_costs
group by customer_id, method_code
