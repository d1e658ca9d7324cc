-- Grain: one row per attribute of the model, and one for the sizes of its segments.
-- Customers now against those the model was fitted on. A shift that chance alone brings
-- about once in twenty times is none, whatever its size.
with

drift as (select * from {{ ref('stg_segmentation__drift') }}),

models as (select * from {{ ref('stg_segmentation__models') }}),

refresh as (select * from {{ ref('stg_refresh__parameters') }})

select
    drift.attribute,
    drift.drift_subject_code,
    refresh.release_id,
    model_version,
    models.fitted_as_of_date,
    drift.bin_count,
    drift.reference_customer_count,
    drift.customer_count,
    drift.population_stability_index,
    drift.critical_stability_index,
    case
        when
            drift.population_stability_index <= drift.critical_stability_index
            or drift.population_stability_index
            < {{ threshold('drift_moderate_index') }}
            then 'stable'
        when
            drift.population_stability_index <= {{ threshold('drift_major_index') }}
            then 'moderate'
        else 'major'
    end as drift_rating,
    drift.centre_shift_deviations,
    drift.shifted_segment_code
from drift
inner join models using (model_version)
cross join refresh
