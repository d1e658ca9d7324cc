-- Grain: one row per entity, fiscal period, driver and cost object.
-- A view: what was rejected (negative) is counted elsewhere and left out here.
with

drivers as (select * from {{ ref('int_activity_drivers_accumulated') }}),

driver_months as (select * from {{ ref('int_activity_drivers_totalled') }})

select
    driver_months.entity_code,
    driver_months.fiscal_period,
    driver_months.driver_code,
    drivers.cost_object_key,
    drivers.driver_qty,
    drivers.running_driver_qty
from drivers
inner join driver_months using (driver_month_key)
where drivers.driver_qty > 0
