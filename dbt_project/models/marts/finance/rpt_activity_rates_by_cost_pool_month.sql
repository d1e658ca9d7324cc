-- Grain: one row per entity, fiscal period, cost pool that is allocated and activity.
-- The rate is what one unit of the driver costs; at practical capacity where the
-- activity has one, so idle time does not raise it.
with

cost_pools as (select * from {{ ref('fct_cost_pools') }}),

activities as (
    select
        *,
        cast(total_driver_qty * 0.000001 as decimal(28, 6)) as unit_qty,
        cast(capacity_qty * 0.000001 as decimal(28, 6)) as capacity_minutes,
        cast(used_capacity_qty * 0.000001 as decimal(28, 6)) as used_minutes
    from {{ ref('fct_cost_activities') }}
)

select
    entity_code,
    fiscal_period,
    cost_pool_code,
    cost_pools.cost_pool_name,
    activities.activity_code,
    activities.behaviour,
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
    activities.allocatable_amount_base_ccy,
    cast(
        activities.allocatable_amount_base_ccy / nullif(activities.unit_qty, 0)
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
