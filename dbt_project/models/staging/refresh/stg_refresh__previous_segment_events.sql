select
    -- ids
    release_id,
    model_version,
    from_segment_code,
    to_segment_code,

    -- attributes
    event_type,

    -- measures
    customer_count,

    -- dates
    event_date,
    recorded_at
from {{ source('raw', 'previous_segment_events') }}
