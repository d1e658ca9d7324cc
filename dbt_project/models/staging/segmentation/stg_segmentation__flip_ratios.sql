select
    customer_id,
    flip_ratio,
    cast(resample_count as integer) as resample_count
from {{ source('segmentation', 'flip_ratios') }}
