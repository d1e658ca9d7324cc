select
    -- ids
    system_code,
    delivery_id,
    table_name,

    -- attributes
    source_file,
    sha256 as file_sha256,
    period as delivery_period,
    customer_key as customer_key_code,

    -- measures
    sequence as delivery_sequence,
    row_count,
    quarantined_row_count
from {{ source('raw', 'deliveries') }}
