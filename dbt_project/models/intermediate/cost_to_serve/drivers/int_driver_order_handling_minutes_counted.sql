-- Grain: one row per entity, fiscal period and cost object.
-- Time equation: minutes per order (more if rush, entered by hand, or a customer's
-- first in the data) spread evenly over its lines, plus minutes per line and per change
-- of the line, as in force on the order date.
with

order_lines as (select * from {{ ref('int_order_lines_converted') }}),

positions as (select * from {{ ref('int_order_lines_positioned') }}),

terms as (select * from {{ ref('int_order_handling_terms_counted') }}),

order_efforts as (
    select
        order_id,
        line_minutes,
        change_minutes,
        {{ driver_units(
            'order_minutes
            + case when is_rush then rush_minutes else 0 end
            + case when is_manual then manual_minutes else 0 end
            + case when is_first then new_customer_minutes else 0 end'
        ) }} as order_qty
    from terms
)

select
    order_lines.entity_code,
    order_lines.fiscal_period,
    'order_handling_minutes' as driver_code,
    positions.cost_object_key,
    cast(
        {{ cascade_share(
            'order_efforts.order_qty',
            'positions.line_position', '1', 'positions.order_line_count'
        ) }}
        + {{ driver_units(
            'order_efforts.line_minutes
            + order_efforts.change_minutes * coalesce(order_lines.change_count, 0)'
        ) }} as bigint
    ) as driver_qty
from order_lines
inner join positions using (order_id, line_no)
inner join order_efforts using (order_id)
