-- Grain: one row per calendar date from the first to the last day of the data.
with

refresh as (select * from {{ ref('stg_refresh__parameters') }}),

order_lines as (select * from {{ ref('stg_erp__order_lines') }}),

shipments as (select * from {{ ref('stg_tms__shipments') }}),

journal_lines as (select * from {{ ref('stg_gl__journal_lines') }}),

invoice_lines as (select * from {{ ref('stg_erp__invoice_lines') }}),

freight_charges as (select * from {{ ref('stg_tms__freight_charges') }}),

charges as (select * from {{ ref('stg_erp__charges') }}),

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
)

select {{ days_between('min(first_date)', 'max(last_date)') }} as calendar_date
from spans
