-- Grain: one row per model version, segment and measure of stability.
with

stability as (select * from {{ ref('stg_segmentation__stability') }}),

models as (select * from {{ ref('stg_segmentation__models') }})

select
    model_version,
    stability.segment_code,
    stability.measure_code,
    stability.stability_ratio,
    stability.resample_count,
    stability.stability_rating,
    models.window_rand_index,
    models.mean_jaccard_ratio,
    models.fitted_as_of_date,
    models.is_reused
from stability
inner join models using (model_version)
