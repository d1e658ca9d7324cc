-- Grain: one row per entity, fiscal period and cost object.
-- Time equation: minutes per order (more if rush, entered by hand, or a customer's
-- first in the data) spread evenly over its lines, plus minutes per line and per change
-- of the line, as in force on the order date.
with

order_lines as (select * from {{ ref('int_order_lines_converted') }}),

positions as (select * from {{ ref('int_order_lines_positioned') }}),

equation_terms as (
    select *
    from {{ ref('policy_time_equations') }}
    where driver_code = 'order_handling_minutes'
),

orders as (
    select
        *,
        row_number() over (
            partition by customer_id order by order_date, order_id
        ) = 1 and customer_id is not null as is_first
    from {{ ref('int_orders_aggregated') }}
    where is_order
),

versions as (
    select distinct valid_from from equation_terms
),

-- Of each term the latest minutes begun when a version begins.
coefficients as (
    select
        versions.valid_from,
        lead(versions.valid_from, 1, cast('9999-12-31' as date)) over (
            order by versions.valid_from
        ) as superseded_from,
        {{ term_minutes('per_order') }} as order_minutes,
        {{ term_minutes('per_rush_order') }} as rush_minutes,
        {{ term_minutes('per_manual_order') }} as manual_minutes,
        {{ term_minutes('per_new_customer') }} as new_customer_minutes,
        {{ term_minutes('per_line') }} as line_minutes,
        {{ term_minutes('per_change') }} as change_minutes
    from versions
    inner join equation_terms as terms on versions.valid_from >= terms.valid_from
    group by versions.valid_from
),

order_efforts as (
    select
        orders.order_id,
        coefficients.line_minutes,
        coefficients.change_minutes,
        {{ driver_units(
            'coefficients.order_minutes
            + case when orders.is_rush then coefficients.rush_minutes else 0 end
            + case when not orders.is_electronic
            then coefficients.manual_minutes else 0 end
            + case when orders.is_first
            then coefficients.new_customer_minutes else 0 end'
        ) }} as order_qty
    from orders
    inner join coefficients
        on
            orders.order_date >= coefficients.valid_from
            and orders.order_date < coefficients.superseded_from
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
