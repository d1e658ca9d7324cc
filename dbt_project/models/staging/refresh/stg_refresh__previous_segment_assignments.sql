select
    -- ids
    customer_id,
    release_id,

    -- attributes
    segment_code,
    model_version,
    assigned_by,
    reason,

    -- dates
    valid_from_date,
    valid_to_date,
    recorded_at
from {{ source('raw', 'previous_segment_assignments') }}
