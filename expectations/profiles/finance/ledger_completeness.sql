-- Grain: one row per legal entity with trial balances.
-- Profit-and-loss accounts only: a posting the extract lacks is a cost nobody bears.
select
    entity_code,
    count(*) as examined_row_count,
    count(*) filter (where completeness_status = 'incomplete') as incomplete_count,
    min(
        entity_code || ' account ' || account_id || ' in ' || fiscal_period
        || ': gap ' || gap_amount_local_ccy
    ) filter (where completeness_status = 'incomplete') as first_case
from finance.rpt_ledger_completeness_by_account_month
where
    account_type in ('revenue', 'cogs', 'expense', 'unknown')
    and completeness_status != 'no_trial_balance'
group by entity_code
order by entity_code
