-- Grain: one row per customer with sales or cost in the last twelve fiscal periods.
with

customer_months as (select * from {{ ref('rpt_profitability_by_customer_month') }}),

last_year as (
    select * from customer_months
    qualify dense_rank() over (order by fiscal_period desc) <= 12
)

select
    customer_id,
    cast(sum(net_sales_amount_base_ccy) as decimal(18, 2))
        as net_sales_amount_base_ccy,
    cast(sum(cost_to_serve_amount_base_ccy) as decimal(18, 2))
        as cost_to_serve_amount_base_ccy,
    cast(sum(contribution_amount_base_ccy) as decimal(18, 2))
        as contribution_amount_base_ccy
from last_year
group by customer_id
