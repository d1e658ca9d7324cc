-- Grain: one row per customer and fiscal period with a net sale.
with

order_lines as (select * from {{ ref('fct_order_lines') }})

select
    customer_id,
    fiscal_period,
    count(*) filter (where is_demand) as order_line_count,
    cast(sum(gross_amount_base_ccy) as decimal(18, 2)) as gross_sales_amount_base_ccy,
    cast(sum(discount_amount_base_ccy) as decimal(18, 2)) as discount_amount_base_ccy,
    cast(sum(net_amount_base_ccy) as decimal(18, 2)) as net_sales_amount_base_ccy,
    cast(sum(cogs_amount_base_ccy) as decimal(18, 2)) as cogs_amount_base_ccy
from order_lines
where is_net_sales and customer_id is not null
group by all
