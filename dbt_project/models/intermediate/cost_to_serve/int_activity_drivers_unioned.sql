-- Grain: one row per entity, fiscal period, driver and cost object.
-- Quantities are millionths of the driver's unit; only drivers a pool or a plan
-- uses. A new kind of driver is one model in drivers/ and its line here.
with

driver_policy as (
    select driver_code from {{ ref('policy_activity_drivers') }}
    union
    select unnest([driver_code, volume_driver_code]) as driver_code
    from {{ ref('policy_cost_plans') }}
),

drivers as (
    select * from {{ ref('int_driver_case_qty_counted') }}
    union all
    select * from {{ ref('int_driver_charges_counted') }}
    union all
    select * from {{ ref('int_driver_customer_efforts_counted') }}
    union all
    select * from {{ ref('int_driver_drops_counted') }}
    union all
    select * from {{ ref('int_driver_net_revenue_counted') }}
    union all
    select * from {{ ref('int_driver_order_count_counted') }}
    union all
    select * from {{ ref('int_driver_order_handling_minutes_counted') }}
    union all
    select * from {{ ref('int_driver_order_line_count_counted') }}
    union all
    select * from {{ ref('int_driver_pack_minutes_counted') }}
    union all
    select * from {{ ref('int_driver_pick_minutes_counted') }}
    union all
    select * from {{ ref('int_driver_return_lines_counted') }}
    union all
    select * from {{ ref('int_driver_rush_order_count_counted') }}
    union all
    select * from {{ ref('int_driver_shipments_counted') }}
    union all
    select * from {{ ref('int_driver_stated_quantities_counted') }}
    union all
    select * from {{ ref('int_driver_stored_m3_counted') }}
    union all
    select * from {{ ref('int_driver_volume_m3_counted') }}
    union all
    select * from {{ ref('int_driver_weight_kg_counted') }}
)

select
    entity_code,
    fiscal_period,
    driver_code,
    cost_object_key,
    driver_qty
from drivers
where
    driver_qty != 0
    and driver_code in (select driver_policy.driver_code from driver_policy)
