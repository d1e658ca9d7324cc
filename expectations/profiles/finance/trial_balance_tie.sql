-- Grain: one row per legal entity.
-- What does not stop a release: balance-sheet accounts that differ, and what could not
-- be compared.
select
    entity_code,
    count(*) as examined_row_count,
    count(*) filter (
        where
        completeness_status = 'incomplete'
        and account_type not in ('revenue', 'cogs', 'expense', 'unknown')
    ) as untied_balance_count,
    count(*) filter (
        where completeness_status not in ('complete', 'incomplete')
    ) as uncompared_count,
    min(
        entity_code || ' account ' || account_id || ' in ' || fiscal_period
        || ': ' || completeness_status
    ) filter (where completeness_status != 'complete') as first_case
from finance.rpt_ledger_completeness_by_account_month
group by entity_code
order by entity_code
