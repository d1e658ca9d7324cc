-- Grain: one row per shipment.
-- A shipment belongs to the customer of its consignee, else of its first order.
with

shipments as (select * from {{ ref('stg_tms__shipments') }}),

shipment_lines as (select * from {{ ref('stg_tms__shipment_lines') }}),

orders as (select * from {{ ref('int_orders_aggregated') }}),

consignees as (
    select
        source_customer_id as consignee_id,
        customer_id
    from {{ ref('int_customers_resolved') }}
    where source_system = 'tms'
),

first_orders as (
    select
        shipment_id,
        min(order_id) as order_id
    from shipment_lines
    group by all
)

select
    shipment_id,
    coalesce(consignees.customer_id, orders.customer_id) as customer_id,
    coalesce(shipments.entity_code, orders.entity_code) as entity_code,
    shipments.carrier_id,
    shipments.origin_id,
    shipments.destination_id,
    shipments.lane_id,
    shipments.parent_shipment_id,
    shipments.transport_mode,
    shipments.service_level,
    shipments.is_expedited,
    shipments.freight_status,
    shipments.shipped_date,
    shipments.planned_delivery_date,
    shipments.actual_delivery_date,
    shipments.distance_km,
    shipments.weight_kg,
    shipments.volume_m3,
    {{ is_within_window(
        'shipments.actual_delivery_date', 'shipments.planned_delivery_date'
    ) }} as is_on_time
from shipments
left join consignees using (consignee_id)
left join first_orders using (shipment_id)
left join orders using (order_id)
