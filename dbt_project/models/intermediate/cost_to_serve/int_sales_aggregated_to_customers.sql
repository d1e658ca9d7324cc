-- Grain: one row per customer, entity and fiscal period of the order date.
-- Cost of goods is null, not zero, where a line of the customer lacks it.
with

order_lines as (
    select *
    from {{ ref('int_order_lines_converted') }}
    where is_net_sales
)

select
    customer_id,
    entity_code,
    fiscal_period,
    {{ sales_sums() }}
from order_lines
group by customer_id, entity_code, fiscal_period
