-- Grain: one row per source system, identifier, valid-from date and recording.
-- Append-only: a change of customer closes the old interval by a new recording of the
-- same valid-from date and opens another. The last recorded row of an interval counts.
with

holders as (select * from {{ ref('int_identifier_holders_compared') }}),

history as (
    select * from {{ ref('stg_refresh__previous_customer_identifiers') }}
),

refresh as (select * from {{ ref('stg_refresh__parameters') }}),

changes as (
    select
        holders.*,
        greatest(refresh.as_of_date, holders.former_valid_from_date) as changed_date,
        refresh.as_of_date,
        refresh.recorded_at,
        refresh.release_id
    from holders
    cross join refresh
    where holders.is_changed
)

select
    source_system,
    source_customer_id,
    customer_id,
    match_rule,
    match_probability,
    identity_event,
    valid_from_date,
    valid_to_date,
    recorded_at,
    release_id
from history
union all
select
    source_system,
    source_customer_id,
    former_customer_id as customer_id,
    former_match_rule as match_rule,
    former_match_probability as match_probability,
    former_identity_event as identity_event,
    former_valid_from_date as valid_from_date,
    changed_date as valid_to_date,
    recorded_at,
    release_id
from changes
where former_valid_from_date < changed_date
union all
select
    source_system,
    source_customer_id,
    customer_id,
    match_rule,
    match_probability,
    case when former_customer_id is null then 'first_seen' else 'moved' end
        as identity_event,
    case
        when former_customer_id is null
            then least(coalesce(opened_date, as_of_date), as_of_date)
        else changed_date
    end as valid_from_date,
    cast(null as date) as valid_to_date,
    recorded_at,
    release_id
from changes
