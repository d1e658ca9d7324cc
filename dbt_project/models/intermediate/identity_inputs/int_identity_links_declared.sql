-- Grain: one row per pair of identifiers and the rule that links them.
-- Only what a source or a person declared. Tax ids and DUNS numbers are the matcher's:
-- it knows their countries, placeholders and the words that mean none.
with

records as (select * from {{ ref('int_identity_records_unioned') }}),

crm_accounts as (select * from {{ ref('stg_crm__accounts') }}),

id_references as (select * from {{ ref('stg_mdm__id_references') }}),

rules as (
    select * from {{ in_force(ref('policy_identity_rules'), ['match_rule']) }}
),

links as (
    select
        'crm:' || account_id as from_key,
        'erp:' || erp_customer_id as to_key,
        'crm_key' as match_rule
    from crm_accounts
    union
    select
        from_system || ':' || from_id as from_key,
        to_system || ':' || to_id as to_key,
        'declared_' || method_code as match_rule
    from id_references
)

select
    links.from_key,
    links.to_key,
    match_rule,
    rules.priority as rule_priority,
    rules.match_probability,
    rules.is_active as is_accepted
from links
inner join rules using (match_rule)
inner join records as linked_from on links.from_key = linked_from.identifier_key
inner join records as linked_to on links.to_key = linked_to.identifier_key
where links.from_key != links.to_key
