-- Grain: one row per legal entity.
-- A journal balances in each of its currencies; one that mixes them may balance in the
-- base currency instead, if every line says its base amount. Base amounts are what
-- costs are made of: where every line has one, they balance, but for the rounding of
-- each line to the cent.
with

currencies as (
    select
        entity_code,
        journal_id,
        currency_code,
        count(*) as line_count,
        count(base_amount) as based_line_count,
        sum(amount) as imbalance_amount,
        sum(base_amount) as base_imbalance_amount
    from raw.gl__journal_lines
    group by entity_code, journal_id, currency_code
),

journals as (
    select
        entity_code,
        journal_id,
        sum(line_count) as line_count,
        bool_and(imbalance_amount = 0)
        or (
            count(*) > 1
            and sum(based_line_count) = sum(line_count)
            and sum(base_imbalance_amount) = 0
        ) as is_balanced,
        sum(based_line_count) < sum(line_count)
        or abs(sum(base_imbalance_amount)) <= sum(line_count) * 0.01
            as is_base_balanced
    from currencies
    group by entity_code, journal_id
)

select
    entity_code,
    cast(sum(line_count) as bigint) as examined_row_count,
    count(*) filter (where not is_balanced) as unbalanced_journal_count,
    count(*) filter (where is_balanced and not is_base_balanced)
        as base_unbalanced_journal_count
from journals
group by entity_code
order by entity_code
