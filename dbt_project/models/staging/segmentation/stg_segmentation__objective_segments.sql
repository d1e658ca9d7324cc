select
    customer_id,
    objective_code,
    coalesce(segment_code, 'none') as objective_segment_code
from {{ source('segmentation', 'objective_segments') }}
