-- Grain: one row per identifier, with the component (party) it belongs to.
-- A component is named by its smallest identifier; an unlinked identifier is its own.
with

identifiers as (select * from {{ ref('int_customer_identifiers_unioned') }}),

accepted_links as (
    select * from {{ ref('int_customer_links_declared') }}
    where is_accepted
),

connected as ({{ connected_components('accepted_links') }}),

touched_identifiers as (
    select
        from_key as identifier_key,
        match_rule,
        match_probability,
        rule_priority
    from accepted_links
    union
    select
        to_key as identifier_key,
        match_rule,
        match_probability,
        rule_priority
    from accepted_links
),

strongest_links as (
    select
        identifier_key,
        arg_min(match_rule, rule_priority) as match_rule,
        arg_min(match_probability, rule_priority) as match_probability
    from touched_identifiers
    group by identifier_key
)

select
    identifiers.identifier_key,
    identifiers.source_system,
    identifiers.source_customer_id,
    identifiers.opened_date,
    coalesce(connected.component_key, identifiers.identifier_key) as component_key,
    coalesce(strongest_links.match_rule, 'self') as match_rule,
    coalesce(strongest_links.match_probability, 1) as match_probability
from identifiers
left join connected using (identifier_key)
left join strongest_links using (identifier_key)
