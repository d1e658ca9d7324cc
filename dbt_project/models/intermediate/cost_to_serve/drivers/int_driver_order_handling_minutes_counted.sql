-- Grain: one row per entity, fiscal period and cost object.
-- Time equation: minutes per order (more if rush, or entered by hand) spread evenly
-- over its lines, plus minutes per line and per change of the line.
with

order_lines as (select * from {{ ref('int_order_lines_converted') }}),

positions as (select * from {{ ref('int_order_lines_positioned') }}),

equation_terms as (
    select *
    from {{ ref('policy_time_equations') }}
    where driver_code = 'order_handling_minutes'
),

orders as (select * from {{ ref('int_orders_aggregated') }}),

coefficients as (
    select
        coalesce(sum(minutes) filter (where term = 'per_order'), 0) as order_minutes,
        coalesce(sum(minutes) filter (where term = 'per_rush_order'), 0)
            as rush_minutes,
        coalesce(sum(minutes) filter (where term = 'per_manual_order'), 0)
            as manual_minutes,
        coalesce(sum(minutes) filter (where term = 'per_line'), 0) as line_minutes,
        coalesce(sum(minutes) filter (where term = 'per_change'), 0) as change_minutes
    from equation_terms
),

order_efforts as (
    select
        orders.order_id,
        {{ driver_units(
            'coefficients.order_minutes
            + case when orders.is_rush then coefficients.rush_minutes else 0 end
            + case when not orders.is_electronic
            then coefficients.manual_minutes else 0 end'
        ) }} as order_qty
    from orders
    cross join coefficients
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
            'coefficients.line_minutes
            + coefficients.change_minutes * coalesce(order_lines.change_count, 0)'
        ) }} as bigint
    ) as driver_qty
from order_lines
inner join positions using (order_id, line_no)
inner join order_efforts using (order_id)
cross join coefficients
