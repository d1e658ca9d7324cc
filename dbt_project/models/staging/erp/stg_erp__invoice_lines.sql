select
    -- ids
    invoice_id,
    line_no,
    order_id,
    order_line_no,
    entity_code,
    sold_to_id,
    product_id,
    gl_document_id,

    -- attributes
    currency_code as local_currency_code,

    -- measures
    qty as invoiced_qty,
    net_amount as net_amount_local_ccy,
    cogs_amount as cogs_amount_local_ccy,

    -- dates
    posting_date
from {{ source('raw', 'erp__invoice_lines') }}
