-- Grain: one row per customer and as-of date, for customers with an order by then.
-- Sums within the window, at constant exchange rates. Weights and products are
-- decimals, so that no order of summing changes a digit.
with

orders as (select * from {{ ref('int_orders_aggregated') }}),

windows as (select * from {{ ref('int_feature_windows') }}),

orders_weighted as (
    select
        orders.*,
        windows.as_of_date,
        windows.window_start_date,
        orders.order_date >= windows.window_start_date as is_in_window,
        cast(pow(
            0.5,
            (windows.as_of_date - orders.order_date)
            / {{ threshold('decay_half_life_days') }}
        ) as decimal(18, 9)) as decay_weight
    from orders
    inner join windows on orders.order_date <= windows.as_of_date
),

sums as (
    select
        customer_id,
        as_of_date,
        window_start_date,
        min(order_date) filter (where is_order) as first_order_date,
        max(order_date) filter (where is_order and is_in_window)
            as last_order_date,
        count(*) filter (where is_order and is_in_window) as order_count,
        sum(line_count) filter (where is_in_window) as line_count,
        sum(return_line_count) filter (where is_in_window) as return_line_count,
        sum(ordered_qty) filter (where is_in_window) as ordered_qty,
        sum(weight_kg) filter (where is_order and is_in_window) as weight_kg,
        count(weight_kg) filter (where is_order and is_in_window)
            as weighed_order_count,
        sum(change_count) filter (where is_in_window) as change_count,
        count(*) filter (where is_order and is_in_window and is_rush)
            as rush_order_count,
        -- A company that never says which orders are rush has no count, not none.
        sum(count(is_rush)) over () > 0 as is_rush_recorded,
        count(*) filter (where is_order and is_in_window and is_electronic)
            as electronic_order_count,
        count(is_electronic) filter (where is_order and is_in_window)
            as entered_order_count,
        sum(constant_net_sales_amount_base_ccy) filter (where is_in_window)
            as net_sales_amount_base_ccy,
        sum(constant_costed_sales_amount_base_ccy) filter (where is_in_window)
            as costed_sales_amount_base_ccy,
        sum(constant_cogs_amount_base_ccy) filter (where is_in_window)
            as cogs_amount_base_ccy,
        sum(constant_discount_amount_base_ccy) filter (where is_in_window)
            as discount_amount_base_ccy,
        sum(decay_weight) filter (where is_order and is_in_window)
            as decayed_order_count,
        sum(decay_weight * decay_weight) filter (where is_order and is_in_window)
            as squared_weight_sum,
        sum(constant_net_sales_amount_base_ccy * decay_weight)
        filter (where is_in_window) as decayed_sales_sum
    from orders_weighted
    group by customer_id, as_of_date, window_start_date
)

select
    customer_id,
    as_of_date,
    window_start_date,
    first_order_date,
    last_order_date,
    order_count,
    line_count,
    return_line_count,
    ordered_qty,
    weight_kg,
    weighed_order_count,
    change_count,
    case when is_rush_recorded then rush_order_count end as rush_order_count,
    electronic_order_count,
    entered_order_count,
    net_sales_amount_base_ccy,
    costed_sales_amount_base_ccy,
    cogs_amount_base_ccy,
    discount_amount_base_ccy,
    decayed_order_count,
    squared_weight_sum,
    cast(round(decayed_sales_sum, 2) as decimal(18, 2))
        as decayed_net_sales_amount_base_ccy
from sums
where customer_id is not null and first_order_date is not null
