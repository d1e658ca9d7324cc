-- Grain: one row per order line that bears what is known of its order only.
-- What is known per order only (handling, packing) is spread evenly along the places of
-- the lines that were wanted; of an order that is no demand (a return, a cancellation),
-- of all its lines: it cost something all the same, and its customer is known.
with

cost_objects as (select * from {{ ref('int_cost_objects_enumerated') }}),

wanted_lines as (
    select * from cost_objects
    where is_demand
),

bearing_lines as (
    select
        cost_object_key,
        order_id,
        line_no
    from wanted_lines
    union all
    select
        cost_objects.cost_object_key,
        order_id,
        cost_objects.line_no
    from cost_objects
    anti join wanted_lines using (order_id)
    where order_id is not null
)

select
    cost_object_key,
    order_id,
    line_no,
    row_number() over (partition by order_id order by line_no) as line_position,
    count(*) over (partition by order_id) as order_line_count
from bearing_lines
