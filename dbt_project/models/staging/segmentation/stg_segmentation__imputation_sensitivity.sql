select
    -- ids
    customer_id,
    model_version,
    segment_code,

    -- attributes
    imputed_attributes,
    is_decided_by_imputation,
    alternatives as alternative_segments,

    -- measures
    alternative_count
from {{ source('segmentation', 'imputation_sensitivity') }}
