-- Grain: one row per delivered table.
-- Rows of the files = rows in force + rows set aside + rows a correction replaced
-- + rows not known at the as-of date; rows set aside are listed until corrected.
with

delivered as (
    select
        table_name,
        sum(row_count) as delivered_row_count,
        sum(quarantined_row_count) as quarantined_row_count,
        sum(superseded_row_count) as superseded_row_count,
        sum(corrected_row_count) as corrected_row_count
    from raw.deliveries
    group by table_name
),

listed as (
    select
        table_name,
        count(distinct (delivery_id, source_file, source_line)) as listed_row_count
    from raw.quarantined_rows
    group by table_name
),

accounted as (
    select
        delivered.table_name,
        delivered.delivered_row_count,
        delivered.quarantined_row_count
        - delivered.corrected_row_count
        - table_availability.later_quarantined_row_count
        - coalesce(listed.listed_row_count, 0) as unlisted_row_count,
        delivered.delivered_row_count
        - delivered.quarantined_row_count
        - delivered.superseded_row_count
        - table_availability.later_row_count
        - table_availability.row_count as unaccounted_row_count
    from delivered
    -- Policy files are delivered too, but are no contract tables.
    inner join raw.table_availability using (table_name)
    left join listed using (table_name)
)

select
    table_name,
    cast(delivered_row_count as bigint) as examined_row_count,
    cast(unlisted_row_count as bigint) as unlisted_row_count,
    cast(greatest(-unaccounted_row_count, 0) as bigint) as invented_row_count,
    cast(greatest(unaccounted_row_count, 0) as bigint) as lost_row_count
from accounted
order by table_name
