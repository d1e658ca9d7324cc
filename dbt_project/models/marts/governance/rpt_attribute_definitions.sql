-- Grain: one row per feature table and attribute.
-- What it means, who answers for it now, and the landing columns it is made of.
with

definitions as (select * from {{ ref('ref_attribute_definitions') }}),

lineage as (
    select
        table_name,
        attribute,
        string_agg(
            source_table || '.' || source_column, ', '
            order by source_table, source_column
        ) as source_columns
    from {{ ref('ref_attribute_lineage') }}
    group by all
),

admissions as (select * from {{ ref('int_attribute_admissions') }})

select
    definitions.table_name,
    definitions.attribute,
    definitions.definition,
    definitions.formula,
    definitions.numerator,
    definitions.denominator,
    definitions.window as window_text,
    definitions.unit as unit_text,
    coalesce(admissions.owner_team, definitions.model_owner) as owner_team,
    admissions.attribute_use,
    admissions.is_published,
    definitions.test_names,
    lineage.source_columns
from definitions
left join lineage using (table_name, attribute)
left join admissions
    on
        definitions.attribute = admissions.attribute
        and definitions.table_name = 'ftr_customers'
