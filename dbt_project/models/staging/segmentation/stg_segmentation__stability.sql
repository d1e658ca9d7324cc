select
    -- ids
    model_version,
    segment_code,
    measure as measure_code,

    -- attributes
    rating as stability_rating,

    -- measures
    value as stability_ratio,
    cast(resample_count as integer) as resample_count
from {{ source('segmentation', 'stability') }}
