-- Grain: one row per entity, fiscal period and cost object.
-- One rush order, spread evenly over its lines.
with

cost_objects as (select * from {{ ref('int_cost_objects_enumerated') }}),

order_lines as (select * from {{ ref('int_order_lines_positioned') }}),

orders as (select * from {{ ref('int_orders_aggregated') }})

select
    cost_objects.entity_code,
    cost_objects.fiscal_period,
    'rush_order_count' as driver_code,
    cost_objects.cost_object_key,
    cast(
        {{ cascade_share(
            driver_units('1'),
            'order_lines.line_position', '1', 'order_lines.order_line_count'
        ) }} as bigint
    ) as driver_qty
from cost_objects
inner join order_lines using (cost_object_key)
inner join orders on cost_objects.order_id = orders.order_id
where orders.is_rush
