select
    -- ids
    order_id,
    line_no,
    entity_code,
    sold_to_id,
    ship_to_id,
    product_id,
    warehouse_id,

    -- attributes
    document_type,
    uom,
    currency_code as local_currency_code,
    channel_code,
    entry_mode,
    is_rush,
    lower(trim(status)) as line_status,

    -- measures
    ordered_qty,
    unit_price as unit_price_local_ccy,
    discount_amount as discount_amount_local_ccy,
    net_amount as net_amount_local_ccy,
    tax_amount as tax_amount_local_ccy,
    cogs_amount as cogs_amount_local_ccy,
    change_count,

    -- dates
    ordered_at,
    requested_date,
    promised_date,
    cast(ordered_at as date) as order_date
from {{ source('raw', 'erp__order_lines') }}
