-- Grain: one row per mart.
-- A mart is available when every landing table it requires was delivered; one that
-- requires none always is. A requirement `a or b` is met by either table.
with

requirements as ({{ mart_requirements() }}),

availability as (select * from {{ ref('stg_refresh__table_availability') }}),

alternatives as (
    select
        mart_name,
        table_name as requirement,
        unnest(string_split(table_name, ' or ')) as table_name
    from requirements
),

missing_requirements as (
    select
        alternatives.mart_name,
        alternatives.requirement,
        string_agg(
            table_name || coalesce(' (' || availability.unavailable_reason || ')', ''),
            ' or '
            order by table_name
        ) as missing_requirement
    from alternatives
    left join availability using (table_name)
    where table_name is not null
    group by alternatives.mart_name, alternatives.requirement
    having not coalesce(bool_or(availability.is_available), false)
),

missing_tables as (
    select
        mart_name,
        string_agg(missing_requirement, ', ' order by requirement) as missing_tables
    from missing_requirements
    group by mart_name
),

marts as (
    select
        schema_name,
        mart_name,
        string_agg(table_name, ', ' order by table_name) as required_tables
    from requirements
    group by all
)

select
    marts.schema_name,
    marts.mart_name,
    marts.required_tables,
    missing_tables.mart_name is null as is_available,
    coalesce(
        'not available: ' || missing_tables.missing_tables, 'available'
    ) as availability_status
from marts
left join missing_tables using (mart_name)
