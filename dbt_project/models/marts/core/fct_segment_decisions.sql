-- Grain: one row per customer and recording.
-- Append-only: what the model wanted, what hysteresis, guards and overrides made of it,
-- and who waits for what. A row is added where any of it differs from the last one.
with

assignments as (select * from {{ ref('stg_segmentation__assignments') }}),

history as (select * from {{ ref('stg_refresh__previous_segment_decisions') }}),

refresh as (select * from {{ ref('stg_refresh__parameters') }}),

last_decisions as (
    select
        customer_id,
        {{ decision_key() }} as decision_key
    from history
    qualify row_number() over (
        partition by customer_id
        order by recorded_at desc
    ) = 1
),

new_decisions as (
    select assignments.*
    from assignments
    left join last_decisions using (customer_id)
    where {{ decision_key() }} is distinct from last_decisions.decision_key
)

select
    customer_id,
    as_of_date,
    model_version,
    model_segment_code,
    damped_segment_code,
    guarded_segment_code,
    segment_code,
    assigned_by,
    decider_id,
    valid_to_date,
    reason,
    held_by,
    held_until_date,
    challenger_segment_code,
    challenger_streak_count,
    challenger_counted_date,
    recorded_at,
    release_id
from history
union all
select
    new_decisions.customer_id,
    refresh.as_of_date,
    new_decisions.model_version,
    new_decisions.model_segment_code,
    new_decisions.damped_segment_code,
    new_decisions.guarded_segment_code,
    new_decisions.segment_code,
    new_decisions.assigned_by,
    new_decisions.decider_id,
    new_decisions.valid_to_date,
    new_decisions.reason,
    new_decisions.held_by,
    new_decisions.held_until_date,
    new_decisions.challenger_segment_code,
    new_decisions.challenger_streak_count,
    new_decisions.challenger_counted_date,
    refresh.recorded_at,
    refresh.release_id
from new_decisions
cross join refresh
