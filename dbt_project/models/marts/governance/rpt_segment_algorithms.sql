-- Grain: one row per model version and algorithm tried at its number of segments.
with

algorithms as (select * from {{ ref('stg_segmentation__algorithms') }})

select
    model_version,
    algorithm_code,
    segment_count,
    bench_score,
    silhouette_score,
    minimum_jaccard_ratio,
    prediction_strength_ratio,
    size_balance_ratio,
    smallest_segment_ratio,
    rule_fidelity_ratio,
    region_rand_index,
    money_separation_ratio,
    is_chosen,
    choice_reason
from algorithms
