-- Grain: one row per customer and level that profit is shown for.
-- A number in place of two names, where costs of all order lines are added up. A
-- customer as a whole stands at the level it is there once, else for itself.
with

order_lines as (select * from {{ ref('int_order_lines_converted') }}),

customers as (select * from {{ ref('int_customers_resolved') }}),

whole_customers as (
    select
        customer_id,
        case
            when min(cost_level_id) = max(cost_level_id) then min(cost_level_id)
            else customer_id
        end as cost_level_id
    from customers
    group by customer_id
),

cost_levels as (
    select
        customer_id,
        cost_level_id
    from order_lines
    union
    select
        customer_id,
        cost_level_id
    from whole_customers
)

select
    row_number() over (
        order by cost_levels.customer_id, cost_levels.cost_level_id
    ) as cost_level_key,
    cost_levels.customer_id,
    cost_levels.cost_level_id,
    whole_customers.customer_id is not null as is_whole_customer
from cost_levels
left join whole_customers using (customer_id, cost_level_id)
