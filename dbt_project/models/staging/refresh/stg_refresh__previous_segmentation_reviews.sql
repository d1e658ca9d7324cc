select
    -- ids
    release_id,
    model_version,

    -- attributes
    red_signs,
    drifted,
    is_proposal_due,

    -- measures
    red_sign_count,

    -- dates
    review_date,
    over_limit_since_date,
    recorded_at
from {{ source('raw', 'previous_segmentation_reviews') }}
