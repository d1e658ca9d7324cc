-- Grain: one row per customer.
with

customer_months as (select * from {{ ref('rpt_profitability_by_customer_month') }}),

customers as (
    select
        customer_id,
        min(fiscal_period) as first_fiscal_period,
        max(fiscal_period) as last_fiscal_period,
        sum(order_count) as order_count,
        sum(net_sales_amount_base_ccy) as net_sales_amount,
        sum(cost_to_serve_amount_base_ccy) as cost_to_serve_amount,
        sum(variable_cost_to_serve_amount_base_ccy) as variable_amount
    from customer_months
    group by customer_id
)

select
    customer_id,
    first_fiscal_period,
    last_fiscal_period,
    cast(order_count as bigint) as order_count,
    cast(net_sales_amount as decimal(18, 2)) as net_sales_amount_base_ccy,
    cast(cost_to_serve_amount as decimal(18, 2)) as cost_to_serve_amount_base_ccy,
    cast(variable_amount as decimal(18, 2))
        as variable_cost_to_serve_amount_base_ccy,
    cast(
        cost_to_serve_amount / nullif(order_count, 0) as decimal(18, 2)
    ) as cost_to_serve_per_order_amount_base_ccy,
    case
        when net_sales_amount > 0
            then cast(cost_to_serve_amount / net_sales_amount as decimal(18, 6))
    end as cost_to_serve_ratio
from customers
