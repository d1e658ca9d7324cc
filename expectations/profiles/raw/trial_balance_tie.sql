-- Grain: one row per legal entity with trial balances.
-- The journals of an account and period should add up to the movement of its balances.
-- Accounts or periods that the trial balances leave out are not compared.
with

movements as (
    select
        entity_code,
        account_id,
        fiscal_period,
        sum(debit_amount - credit_amount) as balance_amount
    from raw.gl__trial_balances
    group by entity_code, account_id, fiscal_period
),

postings as (
    select
        entity_code,
        account_id,
        fiscal_period,
        sum(amount) as journal_amount
    from raw.gl__journal_lines
    group by entity_code, account_id, fiscal_period
)

select
    entity_code,
    count(*) as examined_row_count,
    count(*) filter (
        where coalesce(journal_amount, 0) <> coalesce(balance_amount, 0)
    ) as untied_balance_count,
    min(entity_code || ' account ' || account_id || ' in ' || fiscal_period) filter (
        where coalesce(journal_amount, 0) <> coalesce(balance_amount, 0)
    ) as first_case
from movements
left join postings using (entity_code, account_id, fiscal_period)
group by entity_code
order by entity_code
