select
    -- ids
    table_name,
    delivery_id,
    source_file,
    source_line,
    entity_code,

    -- attributes
    column_name,
    error_code,
    reason as quarantine_reason,
    fiscal_period,

    -- measures
    amount as amount_local_ccy
from {{ source('raw', 'quarantined_rows') }}
