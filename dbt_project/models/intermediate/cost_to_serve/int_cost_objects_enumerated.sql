-- Grain: one row per cost object: an order line, a customer as a whole, or key 0 for
-- what has no known customer.
-- Keys run in the order customer, order, line: cascade rounding along them keeps every
-- line, order and customer within one cent of its exact share. They are not persistent.
-- A customer as a whole stands at the level profit is shown for where it is there once,
-- else for itself.
with

order_lines as (select * from {{ ref('int_order_lines_converted') }}),

customers as (select * from {{ ref('int_customers_resolved') }}),

cost_objects as (
    select
        customer_id,
        cost_level_id,
        order_id,
        line_no,
        product_id,
        entity_code,
        fiscal_period,
        is_demand
    from order_lines
    union all
    select
        customer_id,
        case
            when min(cost_level_id) = max(cost_level_id) then min(cost_level_id)
            else customer_id
        end as cost_level_id,
        cast(null as varchar) as order_id,
        cast(null as bigint) as line_no,
        cast(null as varchar) as product_id,
        cast(null as varchar) as entity_code,
        cast(null as varchar) as fiscal_period,
        cast(null as boolean) as is_demand
    from customers
    group by customer_id
)

select
    row_number() over (
        order by customer_id, order_id nulls first, line_no
    ) as cost_object_key,
    customer_id,
    cost_level_id,
    order_id,
    line_no,
    product_id,
    entity_code,
    fiscal_period,
    is_demand
from cost_objects
union all
select
    0 as cost_object_key,
    cast(null as varchar) as customer_id,
    cast(null as varchar) as cost_level_id,
    cast(null as varchar) as order_id,
    cast(null as bigint) as line_no,
    cast(null as varchar) as product_id,
    cast(null as varchar) as entity_code,
    cast(null as varchar) as fiscal_period,
    cast(null as boolean) as is_demand
