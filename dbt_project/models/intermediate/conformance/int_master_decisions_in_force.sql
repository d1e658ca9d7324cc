-- Grain: one row per master and attribute a steward's decision is in force for.
-- A decision about a master nobody delivered, an attribute no policy names or a parent
-- that is no customer has no effect.
with

decisions as (
    select * from {{ in_force(
        ref('policy_master_data_decisions'), ['entity_type', 'entity_key', 'attribute']
    ) }}
    where coalesce(valid_to > {{ as_of_date() }}, true)
),

statements as (select * from {{ ref('int_master_statements_unioned') }}),

parties as (select distinct customer_id from {{ ref('int_parties_resolved') }}),

masters as (
    select distinct
        entity_type,
        entity_key
    from statements
    where entity_type = 'product'
    union all
    select
        'customer' as entity_type,
        customer_id as entity_key
    from parties
),

attributes as (
    select distinct
        entity_type,
        attribute
    from {{ ref('policy_conformed_attributes') }}
    where entity_type = 'product'
    union all
    select distinct
        'customer' as entity_type,
        attribute
    from {{ ref('policy_survivorship') }}
)

select
    entity_type,
    entity_key,
    attribute,
    decisions.chosen_value,
    decisions.decided_on as decided_date,
    decisions.decided_by,
    decisions.reason as decision_reason,
    decisions.valid_from as valid_from_date,
    decisions.valid_to as valid_to_date,
    masters.entity_key is not null
    and attributes.attribute is not null
    and (
        attribute != 'parent_customer_id' or parents.customer_id is not null
    ) as is_effective
from decisions
left join masters using (entity_type, entity_key)
left join attributes using (entity_type, attribute)
left join parties as parents on decisions.chosen_value = parents.customer_id
