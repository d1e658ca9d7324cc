-- Grain: one row per entity, fiscal period and driver.
-- A negative quantity would take cost away from its customer: it is kept out and
-- counted. The key, not persistent, stands for the three where rows are many.
-- The hash is of names and quantities: keys of cost objects shift when orders arrive.
with

drivers as (select * from {{ ref('int_activity_drivers_adjusted') }}),

named_objects as (
    select
        cost_object_key,
        {{ row_hash(['customer_id', 'cost_level_id', 'order_id', 'line_no']) }}
            as name_hash
    from {{ ref('int_cost_objects_enumerated') }}
),

driver_months as (
    select
        drivers.entity_code,
        drivers.fiscal_period,
        drivers.driver_code,
        count(*) filter (where drivers.driver_qty > 0) as event_count,
        coalesce(
            sum(drivers.driver_qty) filter (where drivers.driver_qty > 0), 0
        ) as total_qty,
        coalesce(
            sum(drivers.driver_qty) filter (
                where drivers.driver_qty > 0 and cost_object_key = 0
            ), 0
        ) as unattributed_qty,
        count(*) filter (where drivers.driver_qty < 0) as rejected_event_count,
        coalesce(
            sum(drivers.driver_qty) filter (where drivers.driver_qty < 0), 0
        ) as rejected_qty,
        sum(
            {{ row_hash(['named_objects.name_hash', 'drivers.driver_qty']) }}
        ) filter (where drivers.driver_qty > 0) as events_hash
    from drivers
    left join named_objects using (cost_object_key)
    group by all
)

select
    row_number() over in_order as driver_month_key,
    entity_code,
    fiscal_period,
    driver_code,
    event_count,
    cast(total_qty as bigint) as total_driver_qty,
    cast(unattributed_qty as bigint) as unattributed_driver_qty,
    rejected_event_count,
    cast(rejected_qty as bigint) as rejected_driver_qty,
    events_hash,
    -- What the running sum over all of them has reached where this one begins.
    sum(total_qty) over in_order - total_qty as driver_qty_before
from driver_months
window in_order as (order by entity_code, fiscal_period, driver_code)
