select
    -- ids
    entity_code,
    journal_id,
    line_no,
    account_id,
    cost_center_id,
    source_document_id,
    customer_id,

    -- attributes
    fiscal_period,
    currency_code as local_currency_code,
    reversal_of,
    description as line_description,

    -- measures
    amount as amount_local_ccy,
    base_amount as amount_base_ccy,

    -- dates
    posting_date
from {{ source('raw', 'gl__journal_lines') }}
