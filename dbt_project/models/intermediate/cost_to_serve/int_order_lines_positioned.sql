-- Grain: one row per order line that is a customer's order, with its place among them.
-- What is known per order only (handling, packing) is spread evenly along the places.
with

cost_objects as (select * from {{ ref('int_cost_objects_enumerated') }})

select
    cost_object_key,
    order_id,
    line_no,
    row_number() over (partition by order_id order by line_no) as line_position,
    count(*) over (partition by order_id) as order_line_count
from cost_objects
where is_demand
