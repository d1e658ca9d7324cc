-- Grain: one row per entity, fiscal period and cost object.
with

cost_objects as (select * from {{ ref('int_cost_objects_enumerated') }})

select
    entity_code,
    fiscal_period,
    'order_line_count' as driver_code,
    cost_object_key,
    {{ driver_units('1') }} as driver_qty
from cost_objects
where is_demand
