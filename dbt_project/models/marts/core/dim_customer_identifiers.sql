-- Grain: one row per source system, identifier, valid-from date and recording.
-- Append-only: a change of customer closes the old interval by a new recording of the
-- same valid-from date and opens another. The last recorded row of an interval counts.
with

resolved as (select * from {{ ref('int_customers_resolved') }}),

history as (
    select * from {{ ref('stg_refresh__previous_customer_identifiers') }}
),

refresh as (select * from {{ ref('stg_refresh__parameters') }}),

intervals_in_force as (
    select *
    from history
    qualify row_number() over (
        partition by source_system, source_customer_id
        order by valid_from_date desc, recorded_at desc
    ) = 1
),

changes as (
    select
        source_system,
        source_customer_id,
        resolved.customer_id,
        resolved.match_rule,
        resolved.match_probability,
        resolved.opened_date,
        intervals_in_force.customer_id as former_customer_id,
        intervals_in_force.match_rule as former_match_rule,
        intervals_in_force.match_probability as former_match_probability,
        intervals_in_force.identity_event as former_identity_event,
        intervals_in_force.valid_from_date as former_valid_from_date,
        greatest(refresh.as_of_date, intervals_in_force.valid_from_date)
            as changed_date,
        refresh.as_of_date,
        refresh.recorded_at,
        refresh.release_id
    from resolved
    cross join refresh
    left join intervals_in_force using (source_system, source_customer_id)
    where resolved.customer_id is distinct from intervals_in_force.customer_id
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
