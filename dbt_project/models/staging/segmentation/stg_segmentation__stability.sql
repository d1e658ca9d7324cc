select
    -- ids
    model_version,
    segment_code,
    measure as measure_code,

    -- attributes
    rating as stability_rating,

    -- measures
    value as stability_ratio,
    resample_count
from {{ source('segmentation', 'stability') }}
