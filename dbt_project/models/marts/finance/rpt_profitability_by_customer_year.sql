-- Grain: one row per customer with sales or cost in the last year of fiscal periods.
-- A year is what comes after the period of the same number in the fiscal year before:
-- twelve months, thirteen times four weeks. An adjusting period (a 13th) is none of
-- them; it counts with those it lies between.
with

customer_months as (select * from {{ ref('rpt_profitability_by_customer_month') }}),

adjusting_periods as (select * from {{ ref('int_adjusting_periods_found') }}),

periods as (
    select
        fiscal_period,
        max(fiscal_period) over () as last_period
    from customer_months
    where
        fiscal_period not in (
            select adjusting_periods.fiscal_period from adjusting_periods
        )
    group by fiscal_period
),

first_periods as (
    select min(fiscal_period) as year_from_fiscal_period
    from periods
    where fiscal_period > {{ years_before('last_period', 1) }}
)

select
    customer_months.customer_id,
    min(first_periods.year_from_fiscal_period) as year_from_fiscal_period,
    cast(sum(customer_months.net_sales_amount_base_ccy) as decimal(18, 2))
        as net_sales_amount_base_ccy,
    cast(sum(customer_months.cost_to_serve_amount_base_ccy) as decimal(18, 2))
        as cost_to_serve_amount_base_ccy,
    case
        when count(*) = count(customer_months.contribution_amount_base_ccy)
            then cast(
                sum(customer_months.contribution_amount_base_ccy) as decimal(18, 2)
            )
    end as contribution_amount_base_ccy
from customer_months
inner join first_periods
    on customer_months.fiscal_period >= first_periods.year_from_fiscal_period
group by customer_months.customer_id
