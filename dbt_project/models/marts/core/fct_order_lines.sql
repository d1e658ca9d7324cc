-- Grain: one row per order and line.
-- The segment is the one in force on the order date as known now; null before a
-- customer's first assignment.
with

order_lines as (select * from {{ ref('int_order_lines_converted') }}),

customer_segments as (select * from {{ ref('dim_customer_segments') }})

select
    order_lines.order_id,
    order_lines.line_no,
    order_lines.document_type,
    order_lines.entity_code,
    order_lines.customer_id,
    order_lines.sold_to_id,
    order_lines.ship_to_id,
    order_lines.product_id,
    order_lines.warehouse_id,
    order_lines.order_date,
    order_lines.fiscal_period,
    order_lines.requested_date,
    order_lines.promised_date,
    order_lines.ordered_qty,
    order_lines.weight_kg,
    order_lines.gross_amount_base_ccy,
    order_lines.discount_amount_base_ccy,
    order_lines.net_amount_base_ccy,
    order_lines.cogs_amount_base_ccy,
    order_lines.net_amount_local_ccy,
    order_lines.local_currency_code,
    order_lines.channel_code,
    order_lines.entry_mode,
    order_lines.is_rush,
    order_lines.change_count,
    order_lines.line_status,
    order_lines.is_intercompany,
    order_lines.is_demand,
    order_lines.is_net_sales,
    order_lines.is_return,
    customer_segments.segment_code
from order_lines
left join customer_segments
    on
        order_lines.customer_id = customer_segments.customer_id
        and order_lines.order_date >= customer_segments.valid_from_date
        and order_lines.order_date
        < coalesce(customer_segments.valid_to_date, cast('9999-12-31' as date))
