select
    -- ids
    customer_id,
    model_version,
    segment_code,
    model_segment_code,
    second_segment_code,
    previous_segment_code,

    -- attributes
    assigned_by,
    reason,
    has_moved,

    -- measures
    distance as segment_distance,
    second_distance as second_segment_distance
from {{ source('segmentation', 'assignments') }}
