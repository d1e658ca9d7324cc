-- Grain: one row per entity, fiscal period and cost pool that is allocated.
-- The rate is what one unit of the driver costs; at practical capacity where the pool
-- has one, so idle time does not raise it.
with

cost_pools as (select * from {{ ref('fct_cost_pools') }}),

driver_units as (
    select
        *,
        cast(total_driver_qty * 0.000001 as decimal(28, 6)) as unit_qty,
        cast(capacity_qty * 0.000001 as decimal(28, 6)) as capacity_minutes,
        cast(used_capacity_qty * 0.000001 as decimal(28, 6)) as used_minutes
    from cost_pools
    where treatment in ('allocate', 'customer_sustaining')
)

select
    entity_code,
    fiscal_period,
    cost_pool_code,
    cost_pool_name,
    activity_code,
    behaviour,
    driver_code,
    driver_unit,
    unit_qty as driver_unit_qty,
    driver_event_count,
    rejected_event_count,
    capacity_minutes as practical_capacity_minutes,
    used_minutes as used_capacity_minutes,
    cast(
        used_minutes / nullif(capacity_minutes, 0) as decimal(18, 6)
    ) as capacity_used_ratio,
    pool_amount_base_ccy,
    allocatable_amount_base_ccy,
    cast(
        allocatable_amount_base_ccy / nullif(unit_qty, 0) as decimal(28, 12)
    ) as activity_rate_base_ccy_per_unit,
    case
        when driver_code is null then 'no driver is set for the pool'
        when total_driver_qty = 0 then 'nothing drove the pool in the period'
        when unattributed_driver_qty > 0 then 'part of the driver has no known customer'
    end as unallocated_reason
from driver_units
