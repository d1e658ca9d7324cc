select
    -- attributes
    attribute,

    -- measures
    half_life_days,
    origin_count,
    forecast_count,
    mean_deviance,
    effective_month_count,

    -- flags
    is_best,
    is_recommended
from {{ source('segmentation', 'half_lives') }}
