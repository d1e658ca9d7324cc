-- Grain: one row per source table, currency and date whose amounts have no rate.
-- A charge without a date counts on the date it was given; a posting that states its
-- amount in base currency needs no rate.
with

daily_rates as (
    select *
    from {{ ref('int_exchange_rates_daily') }}
    where rate_type = {{ setting('flow_rate_type') }}
),

dated_amounts as (
    select
        'erp__order_lines' as table_name,
        local_currency_code as currency_code,
        order_date as calendar_date,
        count(*) as row_count
    from {{ ref('stg_erp__order_lines') }}
    group by all
    union all
    select
        case source_system
            when 'erp' then 'erp__charges' else 'tms__freight_charges'
        end as table_name,
        local_currency_code as currency_code,
        charged_date as calendar_date,
        count(*) as row_count
    from {{ ref('int_charges_placed') }}
    group by all
    union all
    select
        'gl__journal_lines' as table_name,
        local_currency_code as currency_code,
        posting_date as calendar_date,
        count(*) as row_count
    from {{ ref('int_ledger_lines_converted') }}
    where ledger_code = 'general_ledger' and amount_base_ccy is null
    group by all
)

select
    dated_amounts.table_name,
    dated_amounts.currency_code,
    dated_amounts.calendar_date,
    dated_amounts.row_count
from dated_amounts
left join daily_rates using (currency_code, calendar_date)
where daily_rates.base_ccy_per_local_ccy is null
