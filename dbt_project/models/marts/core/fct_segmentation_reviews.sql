-- Grain: one row per release.
-- Do the customers still fit the model in force? Five signs against policy, and since
-- when so many of them are red that a re-clustering is due. Append-only.
with

drift as (select * from {{ ref('rpt_segment_drift') }}),

membership as (select * from {{ ref('rpt_membership_stability') }}),

outcomes as (select * from {{ ref('rpt_segment_outcomes') }}),

history as (select * from {{ ref('stg_refresh__previous_segmentation_reviews') }}),

refresh as (select * from {{ ref('stg_refresh__parameters') }}),

findings as (
    select
        case drift_subject_code
            when 'segments' then 'segment sizes' else 'attributes'
        end as sign,
        attribute || ' ' || printf('%.2f', population_stability_index) as finding
    from drift
    where drift_rating = 'major'
    union all
    select
        'segment centres' as sign,
        shifted_segment_code || ' by ' || printf('%+.2f', centre_shift_deviations)
        || ' in ' || attribute as finding
    from drift
    where
        abs(centre_shift_deviations)
        > {{ threshold('drift_centre_shift_deviations') }}
    union all
    select
        'membership' as sign,
        'Rand index ' || printf('%.2f', membership_rand_index) as finding
    from membership
    where membership_rand_index < {{ threshold('membership_keep_rand_index') }}
    union all
    select distinct
        'execution' as sign,
        'cost per order told apart by ' || printf('%.3f', separation_ratio) as finding
    from outcomes
    where measure_code = 'cost_to_serve_per_order' and not is_told_apart
),

signs as (
    select
        cast(count(distinct sign) as integer) as red_sign_count,
        coalesce(string_agg(distinct sign, ', ' order by sign), 'none') as red_signs,
        coalesce(
            string_agg(sign || ': ' || finding, '; ' order by sign, finding), 'nothing'
        ) as drifted
    from findings
),

last_reviews as (
    select * from history
    qualify row_number() over (order by recorded_at desc) = 1
),

reviews as (
    select
        membership.model_version,
        signs.*,
        case
            when signs.red_sign_count >= {{ threshold('review_sign_count') }}
                then coalesce(last_reviews.over_limit_since_date, {{ as_of_date() }})
        end as over_limit_since_date
    from signs
    cross join membership
    left join last_reviews using (model_version)
)

select
    release_id,
    model_version,
    review_date,
    red_sign_count,
    red_signs,
    drifted,
    over_limit_since_date,
    is_proposal_due,
    recorded_at
from history
union all
select
    refresh.release_id,
    reviews.model_version,
    refresh.as_of_date,
    reviews.red_sign_count,
    reviews.red_signs,
    reviews.drifted,
    reviews.over_limit_since_date,
    reviews.over_limit_since_date is not null
    and {{ threshold('review_wait_days') }}
    <= refresh.as_of_date - reviews.over_limit_since_date as is_proposal_due,
    refresh.recorded_at
from reviews
cross join refresh
