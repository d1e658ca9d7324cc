-- Grain: one row per customer of this release.
-- Who decided and why, how near the next segment is, and the smallest relative change
-- of one attribute that would move the customer there.
with

assignments as (select * from {{ ref('stg_segmentation__assignments') }}),

contributions as (select * from {{ ref('stg_segmentation__assignment_reasons') }}),

refresh as (select * from {{ ref('stg_refresh__parameters') }}),

leading_contributions as (
    select
        customer_id,
        feature_name,
        feature_value,
        contribution_ratio
    from contributions
    qualify row_number() over (
        partition by customer_id
        order by contribution_ratio desc nulls last, feature_name
    ) = 1
),

smallest_flips as (
    select
        customer_id,
        feature_name,
        feature_value,
        flip_feature_value,
        flips_to_segment_code
    from contributions
    where flip_feature_value is not null
    qualify row_number() over (
        partition by customer_id
        order by
            abs(flip_feature_value - feature_value)
            / nullif(abs(feature_value), 0) nulls last,
            feature_name
    ) = 1
)

select
    customer_id,
    refresh.release_id,
    refresh.as_of_date,
    assignments.segment_code,
    assignments.model_segment_code,
    assignments.model_version,
    assignments.assigned_by,
    assignments.reason,
    assignments.segment_distance,
    assignments.second_segment_code,
    assignments.second_segment_distance,
    assignments.previous_segment_code,
    assignments.has_moved,
    leading_contributions.feature_name as leading_feature_name,
    leading_contributions.feature_value as leading_feature_value,
    leading_contributions.contribution_ratio as leading_contribution_ratio,
    smallest_flips.feature_name as flip_feature_name,
    smallest_flips.feature_value as current_feature_value,
    smallest_flips.flip_feature_value,
    smallest_flips.flips_to_segment_code
from assignments
cross join refresh
left join leading_contributions using (customer_id)
left join smallest_flips using (customer_id)
