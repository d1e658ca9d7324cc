-- Grain: one row per master and attribute that a source states or a steward decided.
-- Sources agree if they share one value: a customer may have several places in each. A
-- decision in force wins; one about nothing that is stated is ineffective.
with

statements as (select * from {{ ref('int_master_statements_unioned') }}),

policies as (
    select * from {{ in_force(
        ref('policy_conformed_attributes'), ['entity_type', 'attribute']
    ) }}
),

decisions as (
    select * from {{ in_force(
        ref('policy_master_data_decisions'), ['entity_type', 'entity_key', 'attribute']
    ) }}
    where coalesce(valid_to > {{ as_of_date() }}, true)
),

source_values as (
    select
        entity_type,
        statements.entity_key,
        attribute,
        statements.source_system,
        statements.compared_value,
        min(statements.stated_value) as stated_value,
        count(*) as record_count,
        min(policies.survivorship_rule) as survivorship_rule,
        min(coalesce(nullif(list_position(
            string_split(policies.source_priority, ' '), statements.source_system
        ), 0), 99)) as source_rank
    from statements
    inner join policies using (entity_type, attribute)
    group by all
),

counted as (
    select
        *,
        count(*) over (
            partition by entity_type, entity_key, attribute, compared_value
        ) as source_count
    from source_values
),

ranked as (
    select
        *,
        row_number() over (
            partition by entity_type, entity_key, attribute
            order by
                case when survivorship_rule = 'majority' then source_count end desc,
                source_rank,
                record_count desc,
                compared_value
        ) as choice_rank
    from counted
),

stated as (
    select
        entity_type,
        entity_key,
        attribute,
        min(survivorship_rule) as survivorship_rule,
        count(distinct source_system) > max(source_count) as is_discrepant,
        string_agg(
            source_system || ': ' || stated_value, '; '
            order by source_rank, source_system, stated_value
        ) as values_by_source,
        min(stated_value) filter (where choice_rank = 1) as surviving_value,
        min(source_system) filter (where choice_rank = 1) as surviving_source
    from ranked
    group by entity_type, entity_key, attribute
)

select
    entity_type,
    entity_key,
    attribute,
    stated.survivorship_rule,
    coalesce(stated.is_discrepant, false) as is_discrepant,
    stated.values_by_source,
    coalesce(decisions.chosen_value, stated.surviving_value) as chosen_value,
    case
        when stated.entity_key is null then 'ineffective'
        when decisions.chosen_value is not null then 'steward'
        else stated.surviving_source
    end as chosen_from,
    decisions.chosen_value is not null as is_decided,
    decisions.decided_by,
    decisions.decided_on as decided_date,
    decisions.reason as decision_reason
from stated
full join decisions using (entity_type, entity_key, attribute)
