-- Grain: one row.
with

known_segments as (
    select segment_code from segmentation.segments
    union
    select unnest(['EXC', 'UNC'])
),

-- An approved new model moves whom it moves; a model in force does not move a crowd.
moves as (
    select
        count(*) filter (where assignments.has_moved) as moved_count,
        count(*) as compared_count
    from segmentation.assignments as assignments
    inner join segmentation.models as models using (model_version)
    where
        models.approval_status = 'in_force'
        and assignments.previous_segment_code not in ('EXC', 'UNC')
        and assignments.segment_code not in ('EXC', 'UNC')
),

churn_limit as (
    select arg_max(thresholds.value, thresholds.valid_from) as limit_ratio
    from policy.policy_thresholds as thresholds
    inner join raw.refresh_parameters as refresh
        on thresholds.valid_from <= refresh.as_of_date
    where thresholds.name = 'assignment_churn_limit_ratio'
)

select
    count(*) as examined_row_count,
    count(*) - count(distinct customer_id) as repeated_customer_count,
    (
        select count(*)
        from features.ftr_customers
        anti join segmentation.assignments using (customer_id)
    ) as unassigned_customer_count,
    (
        select count(*)
        from segmentation.assignments
        anti join features.ftr_customers using (customer_id)
    ) as unknown_customer_count,
    (
        select count(*)
        from segmentation.assignments
        anti join known_segments using (segment_code)
    ) as unknown_segment_count,
    count(*) filter (
        where assigned_by in ('guard', 'override') and decider_id is null
    ) as nameless_decider_count,
    (
        select count(*)
        from segmentation.guard_hits as hits
        inner join segmentation.assignments as assignments using (customer_id)
        where
            hits.is_feasible
            and assignments.assigned_by != 'override'
            and assignments.segment_code = hits.wanted_segment_code
    ) as unheeded_guard_count,
    (
        select count(*)
        from intermediate.int_segment_overrides_judged as overrides
        inner join segmentation.segments as segments using (segment_code)
        inner join segmentation.assignments as assignments
            on overrides.customer_id = assignments.customer_id
        where
            overrides.override_status = 'in_force'
            and assignments.segment_code != overrides.segment_code
    ) as unheeded_override_count,
    (
        select greatest(
            moves.moved_count
            - floor(churn_limit.limit_ratio * moves.compared_count), 0
        )
        from moves
        cross join churn_limit
    ) as excess_move_count
from segmentation.assignments
