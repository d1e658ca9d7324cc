select
    -- ids
    customer_id,
    model_version,
    feature_name,
    flips_to_segment_code,

    -- attributes
    counterfactual,

    -- measures
    change_rank,
    feature_value,
    flip_feature_value,
    change_ratio
from {{ source('segmentation', 'counterfactuals') }}
