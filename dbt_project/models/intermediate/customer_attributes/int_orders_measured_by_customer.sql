-- Grain: one row per customer and as-of date, for customers with an order by then.
-- How a customer orders: since when, how often, how much, in what way, and what of it
-- comes back. Null where a denominator is empty, never zero.
with

orders as (select * from {{ ref('int_orders_aggregated_to_customers') }}),

windows as (select * from {{ ref('int_feature_windows') }}),

returned as (select * from {{ ref('int_return_lines_aggregated_to_customers') }})

select
    customer_id,
    as_of_date,
    orders.first_order_date,
    windows.as_of_date - orders.last_order_date as recency_days,
    windows.as_of_date - orders.first_order_date as tenure_days,
    orders.order_count,
    {{ ratio(
        'orders.order_count * ' ~ threshold('days_per_year'),
        'greatest(least(windows.as_of_date - orders.first_order_date,'
        ~ ' windows.as_of_date - windows.window_start_date + 1), '
        ~ threshold('active_days_minimum') ~ ')'
    ) }} as order_frequency_per_year,
    orders.net_sales_amount_base_ccy,
    cast(round(
        {{ ratio('orders.net_sales_amount_base_ccy', 'orders.order_count') }}, 2
    ) as decimal(18, 2)) as average_order_value_amount_base_ccy,
    {{ ratio('orders.line_count', 'orders.order_count') }} as line_count_per_order,
    {{ ratio('orders.ordered_qty', 'orders.line_count') }} as unit_count_per_line,
    orders.decayed_order_count,
    orders.decayed_net_sales_amount_base_ccy,
    {{ ratio(
        'orders.decayed_order_count * orders.decayed_order_count',
        'orders.squared_weight_sum'
    ) }} as effective_order_count,
    {{ ratio(
        'orders.costed_sales_amount_base_ccy - orders.cogs_amount_base_ccy',
        'greatest(orders.costed_sales_amount_base_ccy, 0)'
    ) }} as gross_margin_ratio,
    {{ ratio(
        'orders.discount_amount_base_ccy',
        'orders.net_sales_amount_base_ccy + orders.discount_amount_base_ccy'
    ) }} as discount_ratio,
    {{ ratio(
        'case when ' ~ is_available('wms__return_lines')
        ~ ' then coalesce(returned.returned_line_count, 0)'
        ~ ' else orders.return_line_count end',
        'orders.line_count'
    ) }} as return_line_ratio,
    {{ ratio('orders.rush_order_count', 'orders.order_count') }} as rush_order_ratio,
    {{ ratio('orders.electronic_order_count', 'orders.entered_order_count') }}
        as electronic_order_ratio,
    {{ ratio('orders.change_count', 'orders.order_count') }}
        as order_change_count_per_order,
    {{ ratio('orders.weight_kg', 'orders.weighed_order_count') }}
        as average_order_weight_kg
from orders
inner join windows using (as_of_date)
left join returned using (customer_id, as_of_date)
