select
    -- ids
    carrier_invoice_id,
    line_no,
    shipment_id,
    entity_code,
    gl_document_id,

    -- attributes
    charge_type,
    currency_code as local_currency_code,

    -- measures
    amount as amount_local_ccy,

    -- dates
    invoiced_on as invoiced_date
from {{ source('raw', 'tms__freight_charges') }}
