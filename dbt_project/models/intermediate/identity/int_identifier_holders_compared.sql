-- Grain: one row per identifier, with the customer that holds it now and before.
-- The last recorded row of the last interval says who held it.
with

parties as (select * from {{ ref('int_parties_resolved') }}),

history as (
    select * from {{ ref('stg_refresh__previous_customer_identifiers') }}
),

former_holders as (
    select *
    from history
    qualify row_number() over (
        partition by source_system, source_customer_id
        order by valid_from_date desc, recorded_at desc
    ) = 1
)

select
    source_system,
    source_customer_id,
    parties.customer_id,
    parties.match_rule,
    parties.match_probability,
    parties.opened_date,
    former_holders.customer_id as former_customer_id,
    former_holders.match_rule as former_match_rule,
    former_holders.match_probability as former_match_probability,
    former_holders.identity_event as former_identity_event,
    former_holders.valid_from_date as former_valid_from_date,
    coalesce(parties.customer_id != former_holders.customer_id, true) as is_changed
from parties
left join former_holders using (source_system, source_customer_id)
