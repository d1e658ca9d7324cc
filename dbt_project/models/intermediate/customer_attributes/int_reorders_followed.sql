-- Grain: one row per order and as-of date, with whether a reorder followed in time.
-- The horizon is a multiple of the customer's median gap between orders; an order whose
-- horizon ends after the as-of date says nothing yet.
with

orders as (
    select * from {{ ref('int_orders_aggregated') }}
    where is_order
),

fulfilments as (select * from {{ ref('int_orders_fulfilled') }}),

windows as (select * from {{ ref('int_feature_windows') }}),

sequences as (
    select
        order_id,
        customer_id,
        order_date,
        lead(order_date) over (
            partition by customer_id
            order by order_date, order_id
        ) as next_order_date
    from orders
    where customer_id is not null
),

horizons as (
    select
        sequences.customer_id,
        windows.as_of_date,
        median(sequences.next_order_date - sequences.order_date)
        * {{ threshold('on_time_sensitivity_gap_multiple') }} as horizon_days
    from sequences
    inner join windows
        on
            sequences.order_date >= windows.window_start_date
            and sequences.next_order_date <= windows.as_of_date
    group by all
)

select
    sequences.order_id,
    horizons.as_of_date,
    sequences.customer_id,
    fulfilments.is_on_time,
    coalesce(
        sequences.next_order_date - sequences.order_date <= horizons.horizon_days,
        false
    ) as has_reordered
from sequences
inner join fulfilments using (order_id)
inner join horizons using (customer_id)
inner join windows
    on
        horizons.as_of_date = windows.as_of_date
        and sequences.order_date >= windows.window_start_date
where
    fulfilments.is_on_time is not null
    and fulfilments.judged_date <= horizons.as_of_date
    and horizons.as_of_date - sequences.order_date >= horizons.horizon_days
