-- Grain: one row per customer and fiscal period with an order.
-- Counts and ratios over orders whose measure is known; an order counts when every line
-- meets it.
with

orders as (
    select * from {{ ref('int_orders_aggregated') }}
    where is_order
),

fulfilments as (select * from {{ ref('int_orders_fulfilled') }}),

counts as (
    select
        orders.customer_id,
        orders.fiscal_period,
        count(*) as order_count,
        count(fulfilments.is_on_time) as timed_order_count,
        count(*) filter (where fulfilments.is_on_time) as on_time_order_count,
        count(fulfilments.is_otif) as otif_known_order_count,
        count(*) filter (where fulfilments.is_otif) as otif_order_count,
        count(fulfilments.is_perfect) as perfect_known_order_count,
        count(*) filter (where fulfilments.is_perfect) as perfect_order_count
    from orders
    inner join fulfilments using (order_id)
    where orders.customer_id is not null
    group by all
)

select
    customer_id,
    fiscal_period,
    order_count,
    timed_order_count,
    on_time_order_count,
    {{ ratio('on_time_order_count', 'timed_order_count') }} as on_time_ratio,
    otif_known_order_count,
    otif_order_count,
    {{ ratio('otif_order_count', 'otif_known_order_count') }} as otif_ratio,
    perfect_known_order_count,
    perfect_order_count,
    {{ ratio('perfect_order_count', 'perfect_known_order_count') }}
        as perfect_order_ratio
from counts
