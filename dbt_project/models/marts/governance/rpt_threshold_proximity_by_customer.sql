-- Grain: one row per customer near a change of segment.
-- Near is: challenged already, or the smallest change of one attribute that would move
-- it is within the policy's share. With what would do it, in words, and the earliest
-- date at which a move could take effect.
with

assignments as (select * from {{ ref('stg_segmentation__assignments') }}),

changes as (select * from {{ ref('stg_segmentation__counterfactuals') }}),

inputs as (select * from {{ ref('rpt_assignment_inputs_by_customer') }}),

refresh as (select * from {{ ref('stg_refresh__parameters') }}),

smallest_changes as (
    select * from changes
    where change_rank = 1
),

other_changes as (
    select * from changes
    where change_rank = 2
)

select
    customer_id,
    refresh.release_id,
    assignments.segment_code,
    assignments.assigned_by,
    assignments.challenger_segment_code,
    assignments.challenger_streak_count,
    smallest_changes.flips_to_segment_code,
    smallest_changes.feature_name as flip_feature_name,
    smallest_changes.change_ratio,
    smallest_changes.counterfactual,
    other_changes.counterfactual as other_counterfactual,
    greatest(
        refresh.as_of_date,
        cast(inputs.stay_since_date as date)
        + cast({{ threshold('assignment_dwell_days') }} as integer)
    ) as earliest_move_date
from assignments
cross join refresh
left join smallest_changes using (customer_id)
left join other_changes using (customer_id)
left join inputs using (customer_id)
where
    assignments.challenger_segment_code != assignments.segment_code
    or smallest_changes.change_ratio <= {{ threshold('proximity_ratio') }}
