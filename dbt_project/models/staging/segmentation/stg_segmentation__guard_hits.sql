select
    -- ids
    customer_id,
    guard_id,
    wanted_segment_code,
    allowed_segment_code,

    -- attributes
    is_feasible
from {{ source('segmentation', 'guard_hits') }}
