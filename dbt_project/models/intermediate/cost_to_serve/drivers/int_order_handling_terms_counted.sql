-- Grain: one row per order that is a customer's order.
-- What the time equation of order handling counts of an order: whether it is rush,
-- entered by hand or its customer's first in the data, its lines and their changes; and
-- the minutes of each, as in force on the order date.
with

orders as (
    select
        *,
        row_number() over (
            partition by customer_id order by order_date, order_id
        ) = 1 and customer_id is not null as is_first
    from {{ ref('int_orders_aggregated') }}
    where is_order
),

equation_terms as (
    select *
    from {{ ref('policy_time_equations') }}
    where driver_code = 'order_handling_minutes'
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
)

select
    orders.order_id,
    orders.entity_code,
    orders.fiscal_period,
    coalesce(orders.is_rush, false) as is_rush,
    coalesce(not orders.is_electronic, false) as is_manual,
    orders.is_first,
    orders.line_count,
    coalesce(orders.change_count, 0) as change_count,
    coefficients.order_minutes,
    coefficients.rush_minutes,
    coefficients.manual_minutes,
    coefficients.new_customer_minutes,
    coefficients.line_minutes,
    coefficients.change_minutes
from orders
inner join coefficients
    on
        orders.order_date >= coefficients.valid_from
        and orders.order_date < coefficients.superseded_from
