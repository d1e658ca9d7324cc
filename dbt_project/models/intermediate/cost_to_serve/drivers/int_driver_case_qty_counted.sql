-- Grain: one row per entity, fiscal period and cost object.
-- Cases ordered: what was received and put away to be sold.
with

order_lines as (select * from {{ ref('int_order_lines_converted') }}),

cost_objects as (select * from {{ ref('int_cost_objects_enumerated') }})

select
    order_lines.entity_code,
    order_lines.fiscal_period,
    'case_qty' as driver_code,
    cost_objects.cost_object_key,
    {{ driver_units('order_lines.case_qty') }} as driver_qty
from order_lines
inner join cost_objects using (order_id, line_no)
where cost_objects.is_demand and order_lines.case_qty > 0
