-- Customer months, months by cost level and the pools' allocated rows hold the same
-- money.
with

customer_months as (
    select
        fiscal_period,
        sum(net_sales_amount_base_ccy) as net_sales_amount_base_ccy,
        sum(cost_to_serve_amount_base_ccy) as amount_base_ccy
    from {{ ref('rpt_profitability_by_customer_month') }}
    group by fiscal_period
),

level_months as (
    select
        fiscal_period,
        sum(net_sales_amount_base_ccy) as level_net_sales_amount_base_ccy,
        sum(cost_to_serve_amount_base_ccy) as level_amount_base_ccy
    from {{ ref('rpt_profitability_by_cost_level_month') }}
    group by fiscal_period
),

pools as (
    select
        fiscal_period,
        sum(allocated_amount_base_ccy) as pool_amount_base_ccy
    from {{ ref('rpt_cost_to_serve_by_customer_pool_month') }}
    group by fiscal_period
)

select
    fiscal_period,
    customer_months.amount_base_ccy,
    level_months.level_amount_base_ccy,
    pools.pool_amount_base_ccy,
    customer_months.net_sales_amount_base_ccy,
    level_months.level_net_sales_amount_base_ccy
from customer_months
full outer join level_months using (fiscal_period)
full outer join pools using (fiscal_period)
where
    coalesce(customer_months.amount_base_ccy, 0)
    != coalesce(pools.pool_amount_base_ccy, 0)
    or coalesce(level_months.level_amount_base_ccy, 0)
    != coalesce(pools.pool_amount_base_ccy, 0)
    or coalesce(customer_months.net_sales_amount_base_ccy, 0)
    != coalesce(level_months.level_net_sales_amount_base_ccy, 0)
