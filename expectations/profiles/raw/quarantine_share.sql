-- Grain: one row per delivery and delivered table; the worst is named.
-- A day that is wholly bad would vanish in the share of all the days before it.
with

shares as (
    select
        delivery_id,
        table_name,
        row_count as examined_row_count,
        cast(quarantined_row_count as double) / greatest(row_count, 1)
            as quarantined_ratio
    from raw.deliveries
)

select
    delivery_id,
    table_name,
    examined_row_count,
    quarantined_ratio,
    first_value(table_name || ' of ' || delivery_id) over (
        order by quarantined_ratio desc, table_name, delivery_id
    ) as first_case
from shares
order by delivery_id, table_name
