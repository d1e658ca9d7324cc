-- Grain: one row per release and event: a pair of customer ids.
-- Append-only: what happened to customer ids, when and why. An id that is created has
-- no former one.
with

events as (select * from {{ ref('stg_identity__events') }}),

history as (select * from {{ ref('stg_refresh__previous_identity_events') }}),

refresh as (select * from {{ ref('stg_refresh__parameters') }})

select
    release_id,
    identity_event_key,
    event_type,
    from_customer_id,
    to_customer_id,
    identifier_count,
    cause,
    event_date,
    recorded_at
from history
union all
select
    refresh.release_id,
    events.identity_event_key,
    events.event_type,
    events.from_customer_id,
    events.to_customer_id,
    events.identifier_count,
    events.cause,
    refresh.as_of_date as event_date,
    refresh.recorded_at
from events
cross join refresh
