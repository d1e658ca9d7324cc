-- Grain: one row per entity, fiscal period, driver and cost object.
-- The running quantity is what makes allocation exact: one window serves every pool
-- that uses the driver.
with

drivers as (select * from {{ ref('int_activity_drivers_unioned') }})

select
    entity_code,
    fiscal_period,
    driver_code,
    cost_object_key,
    driver_qty,
    cast(sum(driver_qty) over running as bigint) as running_driver_qty
from drivers
where driver_qty > 0
window
    running as (
        partition by entity_code, fiscal_period, driver_code
        order by cost_object_key
        rows unbounded preceding
    )
