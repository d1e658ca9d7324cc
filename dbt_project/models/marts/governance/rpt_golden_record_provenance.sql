-- Grain: one row per customer and attribute that has a value.
with

golden_values as (select * from {{ ref('int_golden_values_survived') }})

select
    customer_id,
    attribute,
    attribute_value,
    source_system,
    source_customer_id,
    rule_code,
    updated_date,
    candidate_count
from golden_values
