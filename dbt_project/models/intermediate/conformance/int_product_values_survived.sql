-- Grain: one row per product and attribute that a source states.
-- The first source's value by priority, or the one most sources state.
with

statements as (
    select * from {{ ref('int_master_statements_unioned') }}
    where entity_type = 'product'
),

policies as (
    select * from {{ in_force(
        ref('policy_conformed_attributes'), ['entity_type', 'attribute']
    ) }}
),

candidates as (
    select
        statements.entity_key as product_id,
        attribute,
        statements.stated_value,
        statements.source_system,
        statements.compared_value,
        policies.survivorship_rule as rule_code,
        list_position(
            string_split(policies.source_priority, ' '), statements.source_system
        ) as source_rank,
        count(*) over (
            partition by statements.entity_key, attribute, statements.compared_value
        ) as vote_count,
        count(*) over (
            partition by statements.entity_key, attribute
        ) as candidate_count
    from statements
    inner join policies using (entity_type, attribute)
)

select
    product_id,
    attribute,
    stated_value,
    source_system,
    rule_code,
    candidate_count
from candidates
qualify row_number() over (
    partition by product_id, attribute
    order by
        case when rule_code = 'majority' then vote_count end desc,
        source_rank nulls last,
        source_system
) = 1
