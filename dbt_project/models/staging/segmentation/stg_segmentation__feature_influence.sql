select
    -- ids
    customer_id,
    model_version,

    -- attributes
    factor as factor_name,
    segment_code,
    other_segment_code,

    -- measures
    factor_value,

    -- flags
    is_in_model
from {{ source('segmentation', 'feature_influence') }}
