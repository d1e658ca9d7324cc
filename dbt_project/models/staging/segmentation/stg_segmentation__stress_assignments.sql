select
    -- ids
    scenario_id,
    customer_id,
    from_segment_code,
    wanted_segment_code,
    to_segment_code,

    -- attributes
    assigned_by,
    nullif(decider_id, '') as decider_id,
    nullif(held_by, '') as held_by,

    -- flags
    is_wanted_elsewhere
from {{ source('segmentation', 'stress_assignments') }}
