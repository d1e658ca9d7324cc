-- Grain: one row per cost object that is an order line.
-- The lane is where goods leave and the zone they go to: the warehouse of the line,
-- else the origin of its first shipment; the zone of the ship-to, else of the buyer.
with

order_lines as (select * from {{ ref('int_order_lines_converted') }}),

cost_objects as (select * from {{ ref('int_cost_objects_enumerated') }}),

shipped_lines as (select * from {{ ref('stg_tms__shipment_lines') }}),

shipments as (select * from {{ ref('stg_tms__shipments') }}),

places as (
    select
        source_customer_id,
        zone_code
    from {{ ref('int_places_conformed') }}
    where source_system = 'erp'
),

origins as (
    select
        shipped_lines.order_id,
        shipped_lines.line_no,
        arg_min_null(shipments.origin_id, shipment_id) as origin_id,
        arg_min_null(shipments.destination_id, shipment_id) as destination_id
    from shipped_lines
    inner join shipments using (shipment_id)
    group by shipped_lines.order_id, shipped_lines.line_no
),

routed_lines as (
    select
        cost_objects.cost_object_key,
        order_lines.order_id,
        order_lines.line_no,
        coalesce(order_lines.warehouse_id, origins.origin_id) as origin_code,
        coalesce(
            ship_to_places.zone_code,
            sold_to_places.zone_code,
            origins.destination_id
        ) as zone_code
    from order_lines
    inner join cost_objects using (order_id, line_no)
    left join origins using (order_id, line_no)
    left join places as ship_to_places
        on order_lines.ship_to_id = ship_to_places.source_customer_id
    left join places as sold_to_places
        on order_lines.sold_to_id = sold_to_places.source_customer_id
)

select
    cost_object_key,
    order_id,
    line_no,
    coalesce(origin_code, 'unknown') || ' > ' || coalesce(zone_code, 'unknown')
        as lane_code
from routed_lines
