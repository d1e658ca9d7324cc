-- Grain: one row per entity, fiscal period and cost object.
-- Kilograms ordered, for companies that deliver no shipments.
with

order_lines as (select * from {{ ref('int_order_lines_converted') }}),

cost_objects as (select * from {{ ref('int_cost_objects_enumerated') }})

select
    order_lines.entity_code,
    order_lines.fiscal_period,
    'weight_kg' as driver_code,
    cost_objects.cost_object_key,
    {{ driver_units('order_lines.weight_kg') }} as driver_qty
from order_lines
inner join cost_objects using (order_id, line_no)
where cost_objects.is_demand and order_lines.weight_kg > 0
