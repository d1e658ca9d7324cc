-- Grain: one row per entity, fiscal period and driver.
-- A negative quantity would take cost away from its customer: it is kept out and
-- counted.
with

drivers as (select * from {{ ref('int_activity_drivers_accumulated') }})

select
    entity_code,
    fiscal_period,
    driver_code,
    count(*) filter (where driver_qty > 0) as event_count,
    cast(
        coalesce(sum(driver_qty) filter (where driver_qty > 0), 0) as bigint
    ) as total_driver_qty,
    cast(
        coalesce(
            sum(driver_qty) filter (where driver_qty > 0 and cost_object_key = 0), 0
        ) as bigint
    ) as unattributed_driver_qty,
    count(*) filter (where driver_qty < 0) as rejected_event_count,
    cast(
        coalesce(sum(driver_qty) filter (where driver_qty < 0), 0) as bigint
    ) as rejected_driver_qty
from drivers
group by all
