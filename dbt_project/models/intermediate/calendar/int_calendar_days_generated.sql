-- Grain: one row per calendar date to the last day of the data.
-- From the start of the period or month that its first day falls in, whichever comes
-- first: what was owed or stored before the first order was so on whole days of a whole
-- period. Days before the data are marked: a period of nothing else is none.
with

refresh as (select * from {{ ref('stg_refresh__parameters') }}),

order_lines as (select * from {{ ref('stg_erp__order_lines') }}),

shipments as (select * from {{ ref('stg_tms__shipments') }}),

journal_lines as (select * from {{ ref('stg_gl__journal_lines') }}),

invoice_lines as (select * from {{ ref('stg_erp__invoice_lines') }}),

freight_charges as (select * from {{ ref('stg_tms__freight_charges') }}),

charges as (select * from {{ ref('stg_erp__charges') }}),

periods as (select * from {{ ref('stg_gl__periods') }}),

spans as (
    select
        as_of_date as first_date,
        as_of_date as last_date
    from refresh
    union all
    select
        min(order_date) as first_date,
        max(order_date) as last_date
    from order_lines
    union all
    select
        min(shipped_date) as first_date,
        max(shipped_date) as last_date
    from shipments
    union all
    select
        min(posting_date) as first_date,
        max(posting_date) as last_date
    from journal_lines
    union all
    select
        min(posting_date) as first_date,
        max(posting_date) as last_date
    from invoice_lines
    union all
    select
        min(invoiced_date) as first_date,
        max(invoiced_date) as last_date
    from freight_charges
    union all
    select
        min(charged_date) as first_date,
        max(charged_date) as last_date
    from charges
),

data_days as (
    select
        min(first_date) as first_date,
        max(last_date) as last_date
    from spans
),

calendar as (
    select
        least(
            date_trunc('month', min(data_days.first_date)), min(periods.starts_on_date)
        ) as first_date,
        min(data_days.first_date) as first_data_date,
        min(data_days.last_date) as last_date
    from data_days
    left join periods
        on data_days.first_date between periods.starts_on_date and periods.ends_on_date
),

days as (
    select
        {{ days_between('first_date', 'last_date') }} as calendar_date,
        first_data_date
    from calendar
)

select
    calendar_date,
    calendar_date >= first_data_date as is_of_data
from days
