-- Grain: one row per activity driver that a pool uses and that has events.
-- What a driver cannot count, and so charges to nobody: events without a date, without
-- a known entity, or without the measured quantity. An event is counted once, under the
-- first of these.
with

driver_policy as (select * from {{ ref('policy_activity_drivers') }}),

work_events as (select * from {{ ref('int_work_events_judged') }}),

goods_events as (select * from {{ ref('int_goods_events_judged') }}),

events as (
    select
        driver_code,
        is_dated,
        is_placed,
        is_measured,
        event_count
    from work_events
    union all
    select
        driver_code,
        is_dated,
        is_placed,
        is_measured,
        event_count
    from goods_events
),

counts as (
    select
        driver_code,
        cast(sum(event_count) as bigint) as event_count,
        cast(sum(if(not is_dated, event_count, 0)) as bigint) as undated_event_count,
        cast(sum(if(is_dated and not is_placed, event_count, 0)) as bigint)
            as unplaced_event_count,
        cast(
            sum(if(is_dated and is_placed and not is_measured, event_count, 0))
            as bigint
        ) as unmeasured_event_count
    from events
    where driver_code in (select driver_policy.driver_code from driver_policy)
    group by driver_code
)

select
    driver_code,
    event_count,
    undated_event_count,
    unplaced_event_count,
    unmeasured_event_count,
    {{ ratio(
        'event_count - undated_event_count - unplaced_event_count'
        ~ ' - unmeasured_event_count',
        'event_count'
    ) }} as counted_event_ratio
from counts
