-- Grain: one row per mart.
with

built as (
    select
        table_schema as schema_name,
        table_name as mart_name
    from information_schema.tables
)

select
    availability.mart_name,
    availability.availability_status,
    -- A mart that cannot be filled is still there, empty.
    cast(built.mart_name is null as integer) as unbuilt_count
from governance.rpt_mart_availability as availability
left join built using (schema_name, mart_name)
order by availability.mart_name
