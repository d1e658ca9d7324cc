-- Grain: one row per customer and as-of date with an order by then.
-- Orders count where the measure is known, and was known on the as-of date: a delivery,
-- a return or a case after it is not seen.
with

orders as (
    select * from {{ ref('int_orders_aggregated') }}
    where is_order
),

fulfilments as (select * from {{ ref('int_orders_fulfilled') }}),

windows as (select * from {{ ref('int_feature_windows') }}),

orders_seen as (
    select
        orders.customer_id,
        windows.as_of_date,
        case
            when fulfilments.judged_date <= windows.as_of_date
                then fulfilments.is_on_time
        end as is_on_time,
        case
            when fulfilments.judged_date <= windows.as_of_date
                then fulfilments.is_otif
        end as is_otif,
        case
            when
                fulfilments.judged_date > windows.as_of_date
                or fulfilments.judged_date is null
                or fulfilments.is_perfect is null
                then null
            when fulfilments.first_fault_date > windows.as_of_date
                then fulfilments.is_otif
            else fulfilments.is_perfect
        end as is_perfect,
        case
            when coalesce(fulfilments.last_shipped_date <= windows.as_of_date, true)
                then fulfilments.shipment_count
        end as shipment_count
    from orders
    inner join fulfilments using (order_id)
    inner join windows
        on orders.order_date between windows.window_start_date and windows.as_of_date
    where orders.customer_id is not null
)

select
    customer_id,
    as_of_date,
    count(is_on_time) as timed_order_count,
    count(*) filter (where is_on_time) as on_time_order_count,
    count(is_otif) as otif_known_order_count,
    count(*) filter (where is_otif) as otif_order_count,
    count(is_perfect) as perfect_known_order_count,
    count(*) filter (where is_perfect) as perfect_order_count,
    count(shipment_count) as shipped_order_count,
    sum(shipment_count) as shipment_count
from orders_seen
group by all
