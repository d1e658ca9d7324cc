-- Grain: one row per shipment and order line.
-- Weight: the shipment line's own, else the product's times the quantity, else null.
with

shipment_lines as (select * from {{ ref('stg_tms__shipment_lines') }}),

shipments as (select * from {{ ref('stg_tms__shipments') }}),

order_lines as (select * from {{ ref('stg_erp__order_lines') }}),

product_versions as (select * from {{ ref('int_product_versions') }})

select
    shipment_lines.shipment_id,
    shipment_lines.order_id,
    shipment_lines.line_no,
    coalesce(shipments.entity_code, order_lines.entity_code) as entity_code,
    shipments.shipped_date,
    shipment_lines.shipped_qty,
    coalesce(
        shipment_lines.weight_kg,
        {{ of_each('shipment_lines.shipped_qty', 'product_versions.weight_kg', 4) }}
    ) as weight_kg
from shipment_lines
left join shipments using (shipment_id)
left join order_lines using (order_id, line_no)
left join product_versions
    on
        order_lines.product_id = product_versions.product_id
        and order_lines.order_date >= product_versions.valid_from_date
        and order_lines.order_date < product_versions.valid_to_date
