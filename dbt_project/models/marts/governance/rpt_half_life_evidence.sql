-- Grain: one row per attribute with a decayed twin and half-life tried.
-- What each half-life would have foretold, beside the one policy has in force. Policy
-- decides: a half-life that followed every refresh would move customers by itself.
with

half_lives as (select * from {{ ref('stg_segmentation__half_lives') }})

select
    attribute,
    half_life_days,
    origin_count,
    forecast_count,
    mean_deviance,
    effective_month_count,
    is_best,
    is_recommended,
    half_life_days = {{ threshold('decay_half_life_days') }} as is_in_force
from half_lives
