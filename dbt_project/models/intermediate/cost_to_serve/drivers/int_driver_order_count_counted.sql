-- Grain: one row per entity, fiscal period and cost object.
-- One order, spread evenly over its lines; a return or a cancelled one is none.
with

cost_objects as (select * from {{ ref('int_cost_objects_enumerated') }}),

order_lines as (select * from {{ ref('int_order_lines_positioned') }})

select
    cost_objects.entity_code,
    cost_objects.fiscal_period,
    'order_count' as driver_code,
    cost_objects.cost_object_key,
    cast(
        {{ cascade_share(
            driver_units('1'),
            'order_lines.line_position', '1', 'order_lines.order_line_count'
        ) }} as bigint
    ) as driver_qty
from cost_objects
inner join order_lines using (cost_object_key)
where cost_objects.is_demand
