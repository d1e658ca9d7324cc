-- Grain: one row per customer and as-of date with an order by then.
-- Orders count where the measure is known.
with

orders as (
    select * from {{ ref('int_orders_aggregated') }}
    where is_order
),

fulfilments as (select * from {{ ref('int_orders_fulfilled') }}),

windows as (select * from {{ ref('int_feature_windows') }})

select
    orders.customer_id,
    windows.as_of_date,
    count(fulfilments.is_on_time) as timed_order_count,
    count(*) filter (where fulfilments.is_on_time) as on_time_order_count,
    count(fulfilments.is_otif) as otif_known_order_count,
    count(*) filter (where fulfilments.is_otif) as otif_order_count,
    count(fulfilments.is_perfect) as perfect_known_order_count,
    count(*) filter (where fulfilments.is_perfect) as perfect_order_count,
    count(fulfilments.shipment_count) as shipped_order_count,
    sum(fulfilments.shipment_count) as shipment_count
from orders
inner join fulfilments using (order_id)
inner join windows
    on orders.order_date between windows.window_start_date and windows.as_of_date
where orders.customer_id is not null
group by all
