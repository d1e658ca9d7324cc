-- Grain: one row per entity, fiscal period, driver and cost object.
-- The running quantity is what makes allocation exact: one window serves every pool
-- that uses the driver. A negative quantity would take cost away from its customer: it
-- adds nothing to the running one.
with

drivers as (select * from {{ ref('int_activity_drivers_unioned') }})

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
