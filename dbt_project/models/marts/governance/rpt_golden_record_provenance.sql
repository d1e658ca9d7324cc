-- Grain: one row per customer and attribute that has a value.
-- A value that a steward decided names the decision, until when it holds, and the value
-- that would survive without it.
with

choices as (
    select * from {{ ref('int_master_values_chosen') }}
    where entity_type = 'customer' and chosen_from != 'ineffective'
)

select
    entity_key as customer_id,
    attribute,
    chosen_value as attribute_value,
    chosen_from as source_system,
    chosen_source_key as source_customer_id,
    case when is_decided then 'steward' else survivorship_rule end as rule_code,
    updated_date,
    candidate_count,
    surviving_value,
    decided_by,
    decided_date,
    decision_reason,
    decided_to_date
from choices
