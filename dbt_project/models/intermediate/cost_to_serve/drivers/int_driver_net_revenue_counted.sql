-- Grain: one row per entity, fiscal period and cost object.
-- Net sales in base currency; a negative line is passed on and counted as rejected.
with

order_lines as (select * from {{ ref('int_order_lines_converted') }}),

cost_objects as (select * from {{ ref('int_cost_objects_enumerated') }})

select
    order_lines.entity_code,
    order_lines.fiscal_period,
    'net_revenue' as driver_code,
    cost_objects.cost_object_key,
    {{ driver_units('order_lines.net_amount_base_ccy') }} as driver_qty
from order_lines
inner join cost_objects using (order_id, line_no)
where cost_objects.is_demand and order_lines.net_amount_base_ccy != 0
