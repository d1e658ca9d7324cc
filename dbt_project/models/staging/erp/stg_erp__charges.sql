select
    -- ids
    document_id,
    line_no,
    order_id,
    order_line_no,
    shipment_id,
    customer_id,
    entity_code,

    -- attributes
    charge_type,
    direction,
    currency_code as local_currency_code,
    allocation_basis,

    -- measures
    amount as amount_local_ccy,

    -- dates
    charged_on as charged_date
from {{ source('raw', 'erp__charges') }}
