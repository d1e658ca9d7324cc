select
    -- ids
    model_version,
    subject as drift_subject_code,
    attribute,
    shifted_segment as shifted_segment_code,

    -- measures
    cast(bin_count as integer) as bin_count,
    reference_customer_count,
    customer_count,
    stability_index as population_stability_index,
    critical_index as critical_stability_index,
    centre_shift as centre_shift_deviations
from {{ source('segmentation', 'drift') }}
