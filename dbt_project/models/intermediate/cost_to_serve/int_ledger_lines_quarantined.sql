-- Grain: one row per entity and fiscal period with quarantined journal lines.
-- The account of such a line is not to be trusted, so the amount has no cost pool; it
-- is valued at the period's average rate of the entity's most used currency.
with

quarantined_rows as (select * from {{ ref('stg_refresh__quarantined_rows') }}),

journal_lines as (select * from {{ ref('stg_gl__journal_lines') }}),

fiscal_days as (select * from {{ ref('int_fiscal_days') }}),

flow_rates as (
    select *
    from {{ ref('int_exchange_rates_daily') }}
    where rate_type = {{ setting('flow_rate_type') }}
),

entity_currencies as (
    select
        entity_code,
        local_currency_code
    from journal_lines
    group by entity_code, local_currency_code
    qualify row_number() over (
        partition by entity_code order by count(*) desc, local_currency_code
    ) = 1
),

period_rates as (
    select
        fiscal_days.entity_code,
        fiscal_days.fiscal_period,
        cast(avg(flow_rates.base_ccy_per_local_ccy) as decimal(38, 18))
            as base_ccy_per_local_ccy
    from fiscal_days
    inner join entity_currencies using (entity_code)
    inner join flow_rates
        on
            entity_currencies.local_currency_code = flow_rates.currency_code
            and fiscal_days.calendar_date = flow_rates.calendar_date
    group by all
),

quarantined_amounts as (
    select
        coalesce(entity_code, 'unknown') as entity_code,
        coalesce(fiscal_period, 'unknown') as fiscal_period,
        count(*) as row_count,
        count(*) filter (where amount_local_ccy is null) as unvalued_row_count,
        sum(coalesce(amount_local_ccy, 0)) as amount_local_ccy
    from quarantined_rows
    where table_name = 'gl__journal_lines'
    group by all
)

select
    entity_code,
    fiscal_period,
    quarantined_amounts.row_count,
    quarantined_amounts.unvalued_row_count,
    entity_currencies.local_currency_code,
    cast(quarantined_amounts.amount_local_ccy as decimal(18, 2)) as amount_local_ccy,
    coalesce(period_rates.base_ccy_per_local_ccy, 1) as base_ccy_per_local_ccy,
    {{ to_base_amount(
        'quarantined_amounts.amount_local_ccy',
        'coalesce(period_rates.base_ccy_per_local_ccy, 1)'
    ) }} as amount_base_ccy
from quarantined_amounts
left join period_rates using (entity_code, fiscal_period)
left join entity_currencies using (entity_code)
