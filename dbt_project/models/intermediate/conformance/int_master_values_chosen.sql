-- Grain: one row per master and attribute that is stated or was decided.
-- The value that survives of what the sources state, unless a steward decided another.
with

product_values as (select * from {{ ref('int_product_values_survived') }}),

golden_values as (select * from {{ ref('int_golden_values_survived') }}),

decisions as (select * from {{ ref('int_master_decisions_in_force') }}),

comparisons as (select * from {{ ref('int_master_values_compared') }}),

survivors as (
    select
        'product' as entity_type,
        product_id as entity_key,
        attribute,
        stated_value as surviving_value,
        source_system,
        cast(null as varchar) as source_key,
        rule_code,
        cast(null as date) as updated_date,
        candidate_count
    from product_values
    union all
    select
        'customer' as entity_type,
        customer_id as entity_key,
        attribute,
        attribute_value as surviving_value,
        source_system,
        source_customer_id as source_key,
        rule_code,
        updated_date,
        candidate_count
    from golden_values
)

select
    entity_type,
    entity_key,
    attribute,
    survivors.surviving_value,
    survivors.rule_code as survivorship_rule,
    coalesce(survivors.candidate_count, 0) as candidate_count,
    coalesce(comparisons.is_discrepant, false) as is_discrepant,
    comparisons.values_by_source,
    decisions.is_effective is not null as is_decided,
    coalesce(decisions.chosen_value, survivors.surviving_value) as chosen_value,
    case decisions.is_effective
        when true then 'steward'
        when false then 'ineffective'
        else survivors.source_system
    end as chosen_from,
    case when decisions.is_effective is null then survivors.source_key end
        as chosen_source_key,
    coalesce(decisions.valid_from_date, survivors.updated_date) as updated_date,
    decisions.decided_by,
    decisions.decided_date,
    decisions.decision_reason,
    decisions.valid_from_date as decided_from_date,
    decisions.valid_to_date as decided_to_date
from survivors
full join decisions using (entity_type, entity_key, attribute)
full join comparisons using (entity_type, entity_key, attribute)
