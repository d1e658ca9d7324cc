select
    -- ids
    model_version,
    algorithm as algorithm_code,
    cast(segment_count as integer) as segment_count,

    -- attributes
    is_chosen,
    reason as choice_reason,

    -- measures
    score as bench_score,
    silhouette as silhouette_score,
    minimum_jaccard as minimum_jaccard_ratio,
    prediction_strength as prediction_strength_ratio,
    balance as size_balance_ratio,
    smallest_segment_ratio,
    rule_fidelity as rule_fidelity_ratio,
    region_agreement as region_rand_index,
    money_separation as money_separation_ratio
from {{ source('segmentation', 'algorithms') }}
