-- Grain: one row per customer and calendar month with an order document.
with

orders as (select * from {{ ref('int_orders_aggregated') }})

select
    customer_id,
    cast(date_trunc('month', order_date) as date) as month_start_date,
    count(*) filter (where is_order) as order_count,
    sum(constant_net_sales_amount_base_ccy) as constant_net_sales_amount_base_ccy
from orders
where customer_id is not null
group by all
