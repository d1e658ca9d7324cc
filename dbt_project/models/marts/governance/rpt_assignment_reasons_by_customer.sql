-- Grain: one row per customer of this release.
-- What each layer decided and why, until when, how near the next segment is, and the
-- smallest relative change of one attribute that would move the customer, in words.
-- Values and distances per attribute: rpt_assignment_features_by_customer.
with

assignments as (select * from {{ ref('stg_segmentation__assignments') }}),

contributions as (select * from {{ ref('stg_segmentation__assignment_reasons') }}),

refresh as (select * from {{ ref('stg_refresh__parameters') }}),

smallest_changes as (
    select * from {{ ref('stg_segmentation__counterfactuals') }}
    where change_rank = 1
),

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

feature_values as (
    select
        customer_id,
        cast(to_json(map(
            list(feature_name order by feature_name),
            list(feature_value order by feature_name)
        )) as varchar) as feature_values_json
    from contributions
    group by customer_id
)

select
    customer_id,
    refresh.release_id,
    refresh.as_of_date,
    assignments.segment_code,
    assignments.model_segment_code,
    assignments.damped_segment_code,
    assignments.guarded_segment_code,
    assignments.model_version,
    assignments.assigned_by,
    assignments.decider_id,
    assignments.valid_to_date,
    assignments.reason,
    assignments.held_by,
    assignments.held_until_date,
    assignments.challenger_segment_code,
    assignments.challenger_streak_count,
    assignments.segment_distance,
    assignments.second_segment_code,
    assignments.second_segment_distance,
    assignments.previous_segment_code,
    assignments.has_moved,
    feature_values.feature_values_json,
    leading_contributions.feature_name as leading_feature_name,
    leading_contributions.feature_value as leading_feature_value,
    leading_contributions.contribution_ratio as leading_contribution_ratio,
    smallest_changes.feature_name as flip_feature_name,
    smallest_changes.feature_value as current_feature_value,
    smallest_changes.flip_feature_value,
    smallest_changes.flips_to_segment_code,
    smallest_changes.counterfactual
from assignments
cross join refresh
left join feature_values using (customer_id)
left join leading_contributions using (customer_id)
left join smallest_changes using (customer_id)
