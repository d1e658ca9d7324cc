select
    -- ids
    model_version,
    cast(segment_count as integer) as segment_count,

    -- attributes
    is_justified,
    is_gap_choice,
    is_chosen,
    reason as choice_reason,

    -- measures
    silhouette as silhouette_score,
    calinski_harabasz as calinski_harabasz_score,
    davies_bouldin as davies_bouldin_score,
    minimum_jaccard as minimum_jaccard_ratio,
    prediction_strength as prediction_strength_ratio,
    smallest_segment_ratio,
    mean_rank,
    explained_ratio,
    gap_statistic,
    gap_standard_error,
    cast(benefit_amount_base_ccy as decimal(18, 2)) as benefit_amount_base_ccy,
    cast(
        marginal_benefit_amount_base_ccy as decimal(18, 2)
    ) as marginal_benefit_amount_base_ccy,
    cast(
        running_cost_amount_base_ccy as decimal(18, 2)
    ) as running_cost_amount_base_ccy
from {{ source('segmentation', 'candidates') }}
