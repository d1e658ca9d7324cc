-- Grain: one row per mart.
-- A mart is available when every landing table it requires was delivered; one that
-- requires none always is.
with

requirements as ({{ mart_requirements() }}),

availability as (select * from {{ ref('stg_refresh__table_availability') }}),

missing_tables as (
    select
        requirements.mart_name,
        string_agg(
            requirements.table_name
            || coalesce(' (' || availability.unavailable_reason || ')', ''),
            ', '
            order by requirements.table_name
        ) as missing_tables
    from requirements
    left join availability using (table_name)
    where
        requirements.table_name is not null
        and not coalesce(availability.is_available, false)
    group by all
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
