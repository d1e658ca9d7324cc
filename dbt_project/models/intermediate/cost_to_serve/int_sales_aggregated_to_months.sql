-- Grain: one row per customer and fiscal period with sales, over all entities.
with

customer_sales as (select * from {{ ref('int_sales_aggregated_to_customers') }})

select
    customer_id,
    fiscal_period,
    bool_or(is_intercompany) as is_intercompany,
    sum(order_count) as order_count,
    sum(order_line_count) as order_line_count,
    sum(gross_sales_amount_base_ccy) as gross_sales_amount_base_ccy,
    sum(discounts_amount_base_ccy) as discounts_amount_base_ccy,
    sum(net_sales_amount_base_ccy) as net_sales_amount_base_ccy,
    sum(list_sales_amount_base_ccy) as list_sales_amount_base_ccy,
    sum(returns_amount_base_ccy) as returns_amount_base_ccy,
    sum(corrections_amount_base_ccy) as corrections_amount_base_ccy,
    case
        when count(*) = count(cogs_amount_base_ccy) then sum(cogs_amount_base_ccy)
    end as cogs_amount_base_ccy,
    sum(line_count) as line_count,
    sum(costed_line_count) as costed_line_count,
    -- One basis for the whole company, or customers could not be ranked together.
    sum(sum(costed_line_count)) over () > 0 as is_cogs_known_to_company
from customer_sales
group by customer_id, fiscal_period
