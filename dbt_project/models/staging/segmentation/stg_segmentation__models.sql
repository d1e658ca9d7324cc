select
    -- ids
    model_version,

    -- attributes
    algorithm as algorithm_code,
    feature_names,
    is_reused,
    approval_status,

    -- measures
    cast(segment_count as integer) as segment_count,
    window_ari as window_rand_index,
    mean_jaccard as mean_jaccard_ratio,

    -- dates
    cast(fitted_as_of_date as date) as fitted_as_of_date
from {{ source('segmentation', 'models') }}
