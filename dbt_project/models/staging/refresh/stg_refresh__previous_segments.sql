select
    -- ids
    model_version,
    segment_code,

    -- attributes
    segment_name,
    definition,

    -- measures
    customer_count
from {{ source('raw', 'previous_segments') }}
