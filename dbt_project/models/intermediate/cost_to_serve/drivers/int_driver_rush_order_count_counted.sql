-- Grain: one row per entity, fiscal period and cost object.
-- What a rush order counts as an order.
with

order_counts as (select * from {{ ref('int_driver_order_count_counted') }}),

cost_objects as (select * from {{ ref('int_cost_objects_enumerated') }}),

orders as (select * from {{ ref('int_orders_aggregated') }})

select
    order_counts.entity_code,
    order_counts.fiscal_period,
    'rush_order_count' as driver_code,
    order_counts.cost_object_key,
    order_counts.driver_qty
from order_counts
inner join cost_objects using (cost_object_key)
inner join orders on cost_objects.order_id = orders.order_id
where orders.is_rush
