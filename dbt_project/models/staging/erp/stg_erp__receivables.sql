select
    -- ids
    receivable_id,
    customer_id,
    invoice_id,
    entity_code,

    -- attributes
    currency_code as local_currency_code,

    -- measures
    amount as amount_local_ccy,

    -- dates
    posting_date,
    due_date,
    cleared_date
from {{ source('raw', 'erp__receivables') }}
