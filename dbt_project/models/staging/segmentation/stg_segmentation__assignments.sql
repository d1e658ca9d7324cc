select
    -- ids
    customer_id,
    model_version,
    segment_code,
    model_segment_code,
    damped_segment_code,
    guarded_segment_code,
    challenger_segment_code,
    second_segment_code,
    previous_segment_code,
    decider_id,

    -- attributes
    assigned_by,
    reason,
    nullif(held_by, '') as held_by,
    has_moved,

    -- measures
    challenger_streak_count,
    distance as segment_distance,
    second_distance as second_segment_distance,

    -- dates
    cast(valid_to_date as date) as valid_to_date,
    cast(held_until_date as date) as held_until_date,
    cast(challenger_counted_date as date) as challenger_counted_date
from {{ source('segmentation', 'assignments') }}
