-- Grain: one row per entity, fiscal period, driver and cost object.
-- The running quantity is what makes allocation exact: one window serves every pool
-- that uses the driver. A negative quantity would take cost away from its customer: it
-- adds nothing to the running one. An adjusting period is driven by its whole year.
with

counted_drivers as (select * from {{ ref('int_activity_drivers_unioned') }}),

adjusting_periods as (select * from {{ ref('int_adjusting_periods_found') }}),

drivers as (
    select * from counted_drivers
    union all
    select
        entity_code,
        adjusting_periods.fiscal_period,
        counted_drivers.driver_code,
        counted_drivers.cost_object_key,
        cast(sum(counted_drivers.driver_qty) as bigint) as driver_qty
    from counted_drivers
    inner join adjusting_periods using (entity_code)
    where
        {{ fiscal_year('counted_drivers.fiscal_period') }}
        = {{ fiscal_year('adjusting_periods.fiscal_period') }}
    group by all
)

select
    entity_code,
    fiscal_period,
    driver_code,
    cost_object_key,
    driver_qty,
    cast(sum(greatest(driver_qty, 0)) over running as bigint) as running_driver_qty
from drivers
window
    running as (
        partition by entity_code, fiscal_period, driver_code
        order by cost_object_key
        rows unbounded preceding
    )
