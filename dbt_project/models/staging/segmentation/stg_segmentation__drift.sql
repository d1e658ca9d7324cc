select
    -- ids
    model_version,
    subject as drift_subject_code,
    attribute,

    -- measures
    cast(bin_count as integer) as bin_count,
    reference_customer_count,
    customer_count,
    stability_index as population_stability_index,
    critical_index as critical_stability_index
from {{ source('segmentation', 'drift') }}
