select
    -- ids
    customer_id,
    model_version,
    apart_segment_code,
    capped_segment_code
from {{ source('segmentation', 'outlier_treatments') }}
