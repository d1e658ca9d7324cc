-- Grain: one row per dispute.
-- What is claimed against an assignment, by when it must be answered, how it was, and
-- whether whoever decided it had a hand in what is disputed. An upheld dispute whose
-- customer is back in the disputed segment is an error that returned.
with

events as (
    select * from {{ ref('policy_assignment_disputes') }}
    where event_on <= {{ as_of_date() }}
),

assignments as (select * from {{ ref('stg_segmentation__assignments') }}),

overrides as (select * from {{ ref('int_segment_overrides_judged') }}),

refresh as (select * from {{ ref('stg_refresh__parameters') }}),

openings as (
    select * from events
    where event = 'opened'
),

decisions as (
    select * from events
    where event != 'opened'
    qualify row_number() over (
        partition by dispute_id
        order by event_on desc, event desc
    ) = 1
),

former_approvers as (
    select
        customer_id,
        segment_code,
        list(distinct approved_by order by approved_by) as approvers
    from overrides
    group by all
),

joined as (
    select
        openings.dispute_id,
        openings.customer_id,
        openings.segment_code as disputed_segment_code,
        openings.statement as claim,
        openings.evidence,
        openings.event_by as opened_by,
        openings.event_on as opened_date,
        openings.event_on + cast({{ threshold('dispute_deadline_days') }} as integer)
            as due_date,
        decisions.event as decision,
        decisions.statement as decision_reason,
        decisions.event_by as decided_by,
        decisions.event_on as decided_date,
        assignments.segment_code,
        refresh.as_of_date,
        coalesce(
            decisions.event_by = openings.event_by
            or list_contains(former_approvers.approvers, decisions.event_by), false
        ) as is_decided_by_party
    from openings
    cross join refresh
    left join decisions using (dispute_id)
    left join assignments on openings.customer_id = assignments.customer_id
    left join former_approvers
        on
            openings.customer_id = former_approvers.customer_id
            and openings.segment_code = former_approvers.segment_code
)

select
    dispute_id,
    customer_id,
    disputed_segment_code,
    segment_code,
    claim,
    evidence,
    opened_by,
    opened_date,
    due_date,
    case
        when is_decided_by_party then 'void'
        when decision is not null then decision
        when as_of_date > due_date then 'overdue'
        else 'open'
    end as dispute_status,
    coalesce(decided_date, as_of_date) - opened_date as age_days,
    decision_reason,
    decided_by,
    decided_date,
    coalesce(
        decision = 'upheld'
        and not is_decided_by_party
        and segment_code = disputed_segment_code, false
    ) as is_returned_error
from joined
