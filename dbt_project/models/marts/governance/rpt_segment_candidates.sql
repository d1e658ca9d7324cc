-- Grain: one row per model version and number of segments tried.
with

candidates as (select * from {{ ref('stg_segmentation__candidates') }})

select
    model_version,
    segment_count,
    silhouette_score,
    calinski_harabasz_score,
    davies_bouldin_score,
    minimum_jaccard_ratio,
    prediction_strength_ratio,
    smallest_segment_ratio,
    mean_rank,
    gap_statistic,
    gap_standard_error,
    is_gap_choice,
    explained_ratio,
    benefit_amount_base_ccy,
    marginal_benefit_amount_base_ccy,
    running_cost_amount_base_ccy,
    is_justified,
    is_chosen,
    choice_reason
from candidates
