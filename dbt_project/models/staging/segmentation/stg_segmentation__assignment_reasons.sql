select
    -- ids
    customer_id,
    model_version,
    segment_code,
    feature_name,
    flips_to_segment_code,

    -- measures
    feature_value,
    scaled_value,
    centroid_value,
    contribution as contribution_ratio,
    flip_feature_value
from {{ source('segmentation', 'assignment_reasons') }}
