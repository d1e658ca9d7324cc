-- Customer months and the pools' allocated rows hold the same money.
with

customer_months as (
    select
        fiscal_period,
        sum(cost_to_serve_amount_base_ccy) as amount_base_ccy
    from {{ ref('rpt_profitability_by_customer_month') }}
    group by fiscal_period
),

pools as (
    select
        fiscal_period,
        sum(allocated_amount_base_ccy) as amount_base_ccy
    from {{ ref('rpt_cost_to_serve_by_customer_pool_month') }}
    group by fiscal_period
)

select
    fiscal_period,
    customer_months.amount_base_ccy as customer_amount_base_ccy,
    pools.amount_base_ccy as pool_amount_base_ccy
from customer_months
full outer join pools using (fiscal_period)
where
    coalesce(customer_months.amount_base_ccy, 0) != coalesce(pools.amount_base_ccy, 0)
