-- Grain: one row per legal entity.
with

journals as (
    select
        entity_code,
        journal_id,
        count(*) as line_count,
        sum(amount) as imbalance_amount
    from raw.gl__journal_lines
    group by entity_code, journal_id
)

select
    entity_code,
    cast(sum(line_count) as bigint) as examined_row_count,
    count(*) filter (where imbalance_amount <> 0) as unbalanced_journal_count
from journals
group by entity_code
order by entity_code
