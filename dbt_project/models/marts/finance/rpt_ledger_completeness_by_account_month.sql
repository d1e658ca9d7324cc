-- Grain: one row per entity, account and fiscal period of journals or trial balances.
-- Is the extract whole? Its journals against the movement of the trial balance.
with

compared_balances as (select * from {{ ref('int_trial_balances_compared') }}),

accounts as (select * from {{ ref('stg_gl__accounts') }}),

quarantined_periods as (
    select distinct
        entity_code,
        fiscal_period
    from {{ ref('stg_refresh__quarantined_rows') }}
    where table_name in ('gl__journal_lines', 'gl__trial_balances')
)

select
    entity_code,
    account_id,
    fiscal_period,
    accounts.account_name,
    coalesce(accounts.account_type, 'unknown') as account_type,
    compared_balances.local_currency_code,
    compared_balances.journal_line_count,
    compared_balances.opening_amount_local_ccy,
    compared_balances.movement_amount_local_ccy,
    compared_balances.closing_amount_local_ccy,
    compared_balances.journal_amount_local_ccy,
    cast(
        compared_balances.movement_amount_local_ccy
        - compared_balances.journal_amount_local_ccy as decimal(18, 2)
    ) as gap_amount_local_ccy,
    case
        when not compared_balances.has_trial_balance then 'no_trial_balance'
        when
            compared_balances.movement_amount_local_ccy
            = compared_balances.journal_amount_local_ccy
            then 'complete'
        when compared_balances.incomparable_line_count > 0 then 'other_currency'
        when quarantined_periods.entity_code is not null then 'quarantined_lines'
        else 'incomplete'
    end as completeness_status
from compared_balances
left join accounts using (account_id)
left join quarantined_periods using (entity_code, fiscal_period)
