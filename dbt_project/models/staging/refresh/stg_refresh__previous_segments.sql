select
    -- ids
    model_version,
    segment_code,

    -- attributes
    segment_name,
    definition,

    -- measures
    customer_count,
    mean_jaccard_ratio,
    label_fidelity_ratio
from {{ source('raw', 'previous_segments') }}
