-- Grain: one row per entity, fiscal period, cost pool that is allocated and activity.
-- The rate is what one unit of the driver costs; at practical capacity where the
-- activity has one, so idle time does not raise it. What services charge counts in.
with

cost_pools as (select * from {{ ref('fct_cost_pools') }}),

carried_costs as (
    select
        entity_code,
        fiscal_period,
        carried_by_pool_code as cost_pool_code,
        sum(carried_amount_base_ccy) as carried_amount
    from {{ ref('fct_carried_costs') }}
    group by all
),

-- The activities of a pool, over all the costs it carries.
activities as (
    select
        entity_code,
        fiscal_period,
        carried_by_pool_code as cost_pool_code,
        activity_code,
        driver_code,
        driver_unit,
        driver_event_count,
        rejected_event_count,
        total_driver_qty,
        unattributed_driver_qty,
        standard_rate_base_ccy,
        cast(total_driver_qty * 0.000001 as decimal(28, 6)) as unit_qty,
        cast(capacity_qty * 0.000001 as decimal(28, 6)) as capacity_minutes,
        cast(used_capacity_qty * 0.000001 as decimal(28, 6)) as used_minutes,
        cast(sum(allocatable_amount_base_ccy) as decimal(18, 2)) as allocatable_amount
    from {{ ref('fct_cost_activities') }}
    group by all
)

select
    entity_code,
    fiscal_period,
    cost_pool_code,
    cost_pools.cost_pool_name,
    activities.activity_code,
    cost_pools.behaviour,
    cost_pools.avoidable_ratio,
    cost_pools.avoidability_months,
    activities.driver_code,
    activities.driver_unit,
    activities.unit_qty as driver_unit_qty,
    activities.driver_event_count,
    activities.rejected_event_count,
    activities.capacity_minutes as practical_capacity_minutes,
    activities.used_minutes as used_capacity_minutes,
    cast(
        activities.used_minutes / nullif(activities.capacity_minutes, 0)
        as decimal(18, 6)
    ) as capacity_used_ratio,
    cost_pools.pool_amount_base_ccy,
    cast(
        carried_costs.carried_amount - cost_pools.pool_amount_base_ccy as decimal(18, 2)
    ) as service_amount_base_ccy,
    activities.allocatable_amount as allocatable_amount_base_ccy,
    cast(
        activities.allocatable_amount / nullif(activities.unit_qty, 0)
        as decimal(28, 12)
    ) as activity_rate_base_ccy_per_unit,
    activities.standard_rate_base_ccy,
    case
        when activities.driver_code is null then 'no driver is set for the pool'
        when activities.total_driver_qty = 0
            then 'nothing drove the activity in the period'
        when activities.unattributed_driver_qty > 0
            then 'part of the driver has no known customer'
    end as unallocated_reason
from activities
inner join cost_pools using (entity_code, fiscal_period, cost_pool_code)
inner join carried_costs using (entity_code, fiscal_period, cost_pool_code)
