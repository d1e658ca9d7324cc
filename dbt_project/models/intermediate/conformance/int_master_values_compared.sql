-- Grain: one row per master and attribute that policy compares and a source states.
-- Sources agree if they share one value: a customer may have several places in each.
with

statements as (select * from {{ ref('int_master_statements_unioned') }}),

source_values as (
    select
        entity_type,
        entity_key,
        attribute,
        source_system,
        compared_value,
        min(stated_value) as stated_value
    from statements
    group by all
),

counted as (
    select
        *,
        count(*) over (
            partition by entity_type, entity_key, attribute, compared_value
        ) as source_count
    from source_values
)

select
    entity_type,
    entity_key,
    attribute,
    count(distinct source_system) > max(source_count) as is_discrepant,
    string_agg(
        source_system || ': ' || stated_value, '; '
        order by source_system, stated_value
    ) as values_by_source
from counted
group by entity_type, entity_key, attribute
