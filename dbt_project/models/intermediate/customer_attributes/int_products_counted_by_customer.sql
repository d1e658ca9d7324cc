-- Grain: one row per customer and as-of date.
-- One pass over the order lines serves both windows: it keeps the last order date of
-- each product within reach of either.
with

order_lines as (
    select * from {{ ref('int_order_lines_converted') }}
    where is_demand
),

windows as (select * from {{ ref('int_feature_windows') }}),

reaches as (
    select
        max(as_of_date) filter (where is_current) as current_date_limit,
        max(as_of_date) filter (where not is_current) as earlier_date_limit
    from windows
),

assortments as (
    select
        order_lines.customer_id,
        order_lines.product_id,
        max(order_lines.order_date) filter (
            where order_lines.order_date <= reaches.current_date_limit
        ) as current_order_date,
        max(order_lines.order_date) filter (
            where order_lines.order_date <= reaches.earlier_date_limit
        ) as earlier_order_date
    from order_lines
    cross join reaches
    group by all
)

select
    assortments.customer_id,
    windows.as_of_date,
    count(*) as product_count
from assortments
inner join windows
    on
        windows.window_start_date <= case
            when windows.is_current then assortments.current_order_date
            else assortments.earlier_order_date
        end
where assortments.customer_id is not null
group by all
