-- Grain: one row per entity, fiscal period, cost pool and local currency.
-- What was posted, in base currency, against the same amount at the closing rate of the
-- period; null where there is no such rate. The difference is in no pool.
with

ledger_lines as (
    select * from {{ ref('int_ledger_lines_mapped') }}
    where ledger_code = 'general_ledger'
),

fiscal_days as (select * from {{ ref('int_fiscal_days') }}),

closing_rates as (
    select * from {{ ref('int_exchange_rates_daily') }}
    where rate_type = {{ setting('stock_rate_type') }}
),

period_ends as (
    select
        entity_code,
        fiscal_period,
        max(calendar_date) as last_date
    from fiscal_days
    group by all
),

posted_pools as (
    select
        entity_code,
        fiscal_period,
        coalesce(cost_pool_code, 'unmapped') as cost_pool_code,
        local_currency_code,
        max(posting_date) as last_posting_date,
        sum(amount_local_ccy) as local_amount,
        sum(amount_base_ccy) as posted_amount
    from ledger_lines
    group by all
),

closed_pools as (
    select
        posted_pools.*,
        closing_rates.base_ccy_per_local_ccy,
        {{ to_base_amount(
            'posted_pools.local_amount', 'closing_rates.base_ccy_per_local_ccy'
        ) }} as closing_amount
    from posted_pools
    left join period_ends using (entity_code, fiscal_period)
    left join closing_rates
        on
            posted_pools.local_currency_code = closing_rates.currency_code
            and coalesce(period_ends.last_date, posted_pools.last_posting_date)
            = closing_rates.calendar_date
)

select
    entity_code,
    fiscal_period,
    cost_pool_code,
    local_currency_code,
    cast(local_amount as decimal(18, 2)) as amount_local_ccy,
    cast(base_ccy_per_local_ccy as decimal(38, 18)) as base_ccy_per_local_ccy,
    cast(posted_amount as decimal(18, 2)) as posted_amount_base_ccy,
    closing_amount as closing_amount_base_ccy,
    cast(posted_amount - closing_amount as decimal(18, 2))
        as translation_difference_base_ccy
from closed_pools
