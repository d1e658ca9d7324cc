-- Grain: one row per landing table.
-- Input as of: the latest business date in the table, and how old that is now.
with

availability as (select * from {{ ref('stg_refresh__table_availability') }}),

deliveries as (select * from {{ ref('stg_refresh__deliveries') }}),

refresh as (select * from {{ ref('stg_refresh__parameters') }}),

delivery_sums as (
    select
        table_name,
        count(distinct delivery_id) as delivery_count,
        max(delivery_sequence) as last_delivery_sequence,
        sum(quarantined_row_count) as quarantined_row_count
    from deliveries
    group by all
)

select
    table_name,
    split_part(table_name, '__', 1) as source_system,
    availability.is_available,
    availability.unavailable_reason,
    cast(availability.row_count as bigint) as row_count,
    cast(coalesce(delivery_sums.quarantined_row_count, 0) as bigint)
        as quarantined_row_count,
    cast(coalesce(delivery_sums.delivery_count, 0) as bigint) as delivery_count,
    cast(delivery_sums.last_delivery_sequence as bigint) as last_delivery_sequence,
    availability.input_as_of_date,
    refresh.as_of_date,
    cast(refresh.as_of_date - availability.input_as_of_date as bigint)
        as input_age_days
from availability
cross join refresh
left join delivery_sums using (table_name)
