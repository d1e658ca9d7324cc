-- Grain: one row per cost object: an order line, a customer as a whole, or key 0 for
-- what has no known customer.
-- Keys run in the order customer, order, line: cascade rounding along them keeps every
-- line, order and customer within one cent of its exact share. They are not persistent.
with

order_lines as (select * from {{ ref('int_order_lines_converted') }}),

cost_levels as (select * from {{ ref('int_cost_levels_enumerated') }}),

cost_objects as (
    select
        order_lines.customer_id,
        order_lines.cost_level_id,
        cost_levels.cost_level_key,
        order_lines.order_id,
        order_lines.line_no,
        order_lines.product_id,
        order_lines.entity_code,
        order_lines.fiscal_period,
        order_lines.is_demand
    from order_lines
    left join cost_levels
        on
            order_lines.customer_id is not distinct from cost_levels.customer_id
            and order_lines.cost_level_id is not distinct from cost_levels.cost_level_id
    union all
    select
        customer_id,
        cost_level_id,
        cost_level_key,
        cast(null as varchar) as order_id,
        cast(null as bigint) as line_no,
        cast(null as varchar) as product_id,
        cast(null as varchar) as entity_code,
        cast(null as varchar) as fiscal_period,
        cast(null as boolean) as is_demand
    from cost_levels
    where is_whole_customer
)

select
    row_number() over (
        order by customer_id, order_id nulls first, line_no
    ) as cost_object_key,
    customer_id,
    cost_level_id,
    cost_level_key,
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
    cast(null as bigint) as cost_level_key,
    cast(null as varchar) as order_id,
    cast(null as bigint) as line_no,
    cast(null as varchar) as product_id,
    cast(null as varchar) as entity_code,
    cast(null as varchar) as fiscal_period,
    cast(null as boolean) as is_demand
