-- Grain: one row per delivered table.
select
    table_name,
    cast(sum(row_count) as bigint) as examined_row_count,
    cast(sum(quarantined_row_count) as double) / greatest(sum(row_count), 1)
        as quarantined_ratio
from raw.deliveries
group by table_name
order by table_name
