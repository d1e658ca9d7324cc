-- Grain: one row per customer and fiscal period with a net sale.
-- Cost of goods is null, not a part, where a line lacks it; the ratio says how many do
-- not.
with

monthly_sales as (select * from {{ ref('int_sales_aggregated_to_months') }})

select
    customer_id,
    fiscal_period,
    cast(order_line_count as bigint) as order_line_count,
    cast(gross_sales_amount_base_ccy as decimal(18, 2)) as gross_sales_amount_base_ccy,
    cast(discounts_amount_base_ccy as decimal(18, 2)) as discount_amount_base_ccy,
    cast(net_sales_amount_base_ccy as decimal(18, 2)) as net_sales_amount_base_ccy,
    cast(cogs_amount_base_ccy as decimal(18, 2)) as cogs_amount_base_ccy,
    {{ ratio('costed_line_count', 'line_count') }} as costed_line_ratio
from monthly_sales
where customer_id is not null
