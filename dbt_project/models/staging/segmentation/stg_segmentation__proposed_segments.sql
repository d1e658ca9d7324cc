select
    -- ids
    customer_id,
    segment_code as proposed_segment_code,

    -- attributes
    rule as proposal_rule,
    known_attributes,

    -- measures
    confidence as confidence_ratio,
    labelled_count as labelled_customer_count,
    accuracy as accuracy_ratio,
    baseline as baseline_ratio,
    mean_confidence as mean_confidence_ratio,
    late_count as late_customer_count,
    late_correct_count as late_correct_customer_count,
    cast(lead_days as integer) as lead_days
from {{ source('segmentation', 'proposed_segments') }}
