-- Grain: one row per entity and fiscal period with charges passed on to customers.
with

erp_charges as (select * from {{ ref('stg_erp__charges') }}),

fiscal_days as (select * from {{ ref('int_fiscal_days') }}),

flow_rates as (
    select *
    from {{ ref('int_exchange_rates_daily') }}
    where rate_type = {{ setting('flow_rate_type') }}
)

select
    fiscal_days.entity_code,
    fiscal_days.fiscal_period,
    cast(sum({{ to_base_amount(
        'erp_charges.amount_local_ccy', 'flow_rates.base_ccy_per_local_ccy'
    ) }}) as decimal(18, 2)) as charged_amount_base_ccy
from erp_charges
inner join fiscal_days
    on
        erp_charges.entity_code = fiscal_days.entity_code
        and erp_charges.charged_date = fiscal_days.calendar_date
left join flow_rates
    on
        erp_charges.local_currency_code = flow_rates.currency_code
        and erp_charges.charged_date = flow_rates.calendar_date
where erp_charges.direction = 'revenue'
group by all
