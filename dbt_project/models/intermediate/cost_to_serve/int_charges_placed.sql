-- Grain: one row per charge: a carrier invoice line or an ERP charge line.
-- A charge without a date takes its shipment's, else its order's, else the refresh's;
-- one without an entity takes that of the shipment or order it concerns.
with

charges as (select * from {{ ref('int_charges_unioned') }}),

shipments as (select * from {{ ref('stg_tms__shipments') }}),

shipped_lines as (select * from {{ ref('int_shipment_lines_weighted') }}),

order_lines as (select * from {{ ref('int_order_lines_converted') }}),

customers as (
    select
        source_customer_id,
        customer_id
    from {{ ref('int_customers_resolved') }}
    where source_system = 'erp'
),

shipment_entities as (
    select
        shipment_id,
        min(entity_code) as entity_code
    from shipped_lines
    group by shipment_id
),

charged_orders as (
    select
        order_id,
        min(entity_code) as entity_code,
        min(order_date) as order_date
    from order_lines
    where order_id in (select charges.order_id from charges)
    group by order_id
)

select
    charges.source_system,
    charges.document_id,
    charges.line_no,
    charges.charge_type,
    charges.direction,
    charges.shipment_id,
    charges.order_id,
    charges.order_line_no,
    customers.customer_id,
    charges.local_currency_code,
    charges.amount_local_ccy,
    coalesce(
        charges.entity_code,
        shipments.entity_code,
        shipment_entities.entity_code,
        charged_orders.entity_code,
        'unknown'
    ) as entity_code,
    coalesce(
        charges.charged_date,
        shipments.shipped_date,
        shipments.actual_delivery_date,
        charged_orders.order_date,
        {{ as_of_date() }}
    ) as charged_date
from charges
left join shipments using (shipment_id)
left join shipment_entities using (shipment_id)
left join charged_orders using (order_id)
left join customers using (source_customer_id)
