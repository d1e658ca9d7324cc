select
    -- ids
    customer_id,
    release_id,

    -- attributes
    model_version,
    model_segment_code,
    damped_segment_code,
    guarded_segment_code,
    segment_code,
    assigned_by,
    decider_id,
    reason,
    held_by,
    challenger_segment_code,

    -- measures
    challenger_streak_count,

    -- dates
    as_of_date,
    valid_to_date,
    held_until_date,
    challenger_counted_date,
    recorded_at
from {{ source('raw', 'previous_segment_decisions') }}
