-- Grain: one row per entity, fiscal period, driver and cost object.
-- A view: what was rejected (negative) is counted elsewhere and left out here.
with

drivers as (select * from {{ ref('int_activity_drivers_accumulated') }})

select
    entity_code,
    fiscal_period,
    driver_code,
    cost_object_key,
    driver_qty,
    running_driver_qty
from drivers
where driver_qty > 0
