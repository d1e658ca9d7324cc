-- Grain: one row per customer and as-of date with a returned order line.
-- A line returned in parts counts once.
with

return_lines as (select * from {{ ref('stg_wms__return_lines') }}),

orders as (select * from {{ ref('int_orders_aggregated') }}),

windows as (select * from {{ ref('int_feature_windows') }}),

returned_order_lines as (
    select distinct
        orders.customer_id,
        windows.as_of_date,
        return_lines.order_id,
        return_lines.order_line_no
    from return_lines
    inner join orders using (order_id)
    inner join windows
        on
            orders.order_date
            between windows.window_start_date and windows.as_of_date
            and return_lines.received_date <= windows.as_of_date
    where orders.customer_id is not null
)

select
    customer_id,
    as_of_date,
    count(*) as returned_line_count
from returned_order_lines
group by all
