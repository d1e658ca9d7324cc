-- Grain: one row per cost object.
with

cost_objects as (select * from {{ ref('int_cost_objects_enumerated') }})

select
    cost_object_key,
    customer_id,
    cost_level_id,
    cost_level_key,
    order_id,
    line_no,
    product_id
from cost_objects
