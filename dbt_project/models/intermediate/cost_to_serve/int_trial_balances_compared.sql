-- Grain: one row per entity, account and fiscal period of journals or trial balances.
-- A line in another currency than the trial balance counts with its base amount where
-- the balance is kept in the base currency; else it cannot be compared, and is counted.
with

journal_lines as (select * from {{ ref('stg_gl__journal_lines') }}),

trial_balances as (select * from {{ ref('stg_gl__trial_balances') }}),

balances as (
    select
        entity_code,
        account_id,
        fiscal_period,
        sum(opening_amount_local_ccy) as opening_amount,
        sum(debit_amount_local_ccy - credit_amount_local_ccy) as movement_amount,
        sum(closing_amount_local_ccy) as closing_amount
    from trial_balances
    group by all
),

balance_currencies as (
    select
        entity_code,
        fiscal_period,
        min(local_currency_code) as local_currency_code
    from trial_balances
    group by all
    having count(distinct local_currency_code) <= 1
),

balance_periods as (
    select distinct
        entity_code,
        fiscal_period
    from trial_balances
),

compared_lines as (
    select
        journal_lines.entity_code,
        journal_lines.account_id,
        journal_lines.fiscal_period,
        case
            when
                journal_lines.local_currency_code
                = coalesce(
                    balance_currencies.local_currency_code,
                    journal_lines.local_currency_code
                )
                then journal_lines.amount_local_ccy
            when balance_currencies.local_currency_code = {{ base_currency() }}
                then journal_lines.amount_base_ccy
        end as compared_amount
    from journal_lines
    left join balance_currencies using (entity_code, fiscal_period)
),

postings as (
    select
        entity_code,
        account_id,
        fiscal_period,
        count(*) as line_count,
        count(*) - count(compared_amount) as incomparable_line_count,
        sum(compared_amount) as journal_amount
    from compared_lines
    group by all
)

select
    entity_code,
    account_id,
    fiscal_period,
    balance_currencies.local_currency_code,
    balance_periods.entity_code is not null as has_trial_balance,
    coalesce(postings.line_count, 0) as journal_line_count,
    coalesce(postings.incomparable_line_count, 0) as incomparable_line_count,
    cast(coalesce(balances.opening_amount, 0) as decimal(18, 2))
        as opening_amount_local_ccy,
    cast(coalesce(balances.movement_amount, 0) as decimal(18, 2))
        as movement_amount_local_ccy,
    cast(coalesce(balances.closing_amount, 0) as decimal(18, 2))
        as closing_amount_local_ccy,
    cast(coalesce(postings.journal_amount, 0) as decimal(18, 2))
        as journal_amount_local_ccy
from balances
full outer join postings using (entity_code, account_id, fiscal_period)
left join balance_periods using (entity_code, fiscal_period)
left join balance_currencies using (entity_code, fiscal_period)
where {{ is_available('gl__trial_balances') }}
