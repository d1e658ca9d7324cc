-- Grain: one row per pair of identifiers and the rule that links them.
-- Identifiers sharing a public key are linked to the first of them. A key shared by too
-- many is a placeholder, not a party: its links are kept but not accepted.
with

records as (select * from {{ ref('int_identity_records_unioned') }}),

crm_accounts as (select * from {{ ref('stg_crm__accounts') }}),

id_references as (select * from {{ ref('stg_mdm__id_references') }}),

rules as (select * from {{ ref('policy_identity_rules') }}),

public_keys as (
    select
        identifier_key,
        'tax_id' as match_rule,
        {{ normalised_key('tax_id') }} as public_key
    from records
    union all
    select
        identifier_key,
        'duns' as match_rule,
        {{ normalised_key('duns') }} as public_key
    from records
),

key_holders as (
    select
        match_rule,
        public_key,
        min(identifier_key) as first_identifier_key,
        count(*) as identifier_count
    from public_keys
    where public_key is not null
    group by all
    having count(*) > 1
),

links as (
    select
        key_holders.first_identifier_key as from_key,
        public_keys.identifier_key as to_key,
        match_rule,
        key_holders.identifier_count
    from public_keys
    inner join key_holders using (match_rule, public_key)
    union all
    select
        'crm:' || account_id as from_key,
        'erp:' || erp_customer_id as to_key,
        'crm_key' as match_rule,
        2 as identifier_count
    from crm_accounts
    union all
    select
        from_system || ':' || from_id as from_key,
        to_system || ':' || to_id as to_key,
        'declared_' || method_code as match_rule,
        2 as identifier_count
    from id_references
),

distinct_links as (
    select
        from_key,
        to_key,
        match_rule,
        max(identifier_count) as identifier_count
    from links
    where from_key != to_key
    group by all
)

select
    distinct_links.from_key,
    distinct_links.to_key,
    match_rule,
    rules.priority as rule_priority,
    rules.match_probability,
    distinct_links.identifier_count,
    rules.is_active
    and distinct_links.identifier_count
    <= {{ threshold('identity_shared_key_limit') }} as is_accepted
from distinct_links
inner join rules using (match_rule)
inner join records as linked_from
    on distinct_links.from_key = linked_from.identifier_key
inner join records as linked_to
    on distinct_links.to_key = linked_to.identifier_key
