-- Grain: one row per customer and whole month of the window with an order document.
-- Of so many customers at most as policy says, drawn by the hash of their id: enough to
-- tell how fast the past should be forgotten.
with

months as (select * from {{ ref('int_customer_months_aggregated') }}),

windows as (
    select
        window_start_date,
        cast(date_trunc('month', as_of_date + 1) as date) as end_month_date
    from {{ ref('int_feature_windows') }}
    where is_current
),

customers as (
    select customer_id
    from months
    group by customer_id
    qualify
        row_number() over (order by md5(customer_id), customer_id)
        <= {{ threshold('decay_sample_customer_count') }}
)

select
    customer_id,
    months.month_start_date,
    months.order_count,
    cast(months.constant_net_sales_amount_base_ccy as decimal(18, 2))
        as net_sales_amount_base_ccy
from months
inner join customers using (customer_id)
inner join windows
    on
        months.month_start_date >= windows.window_start_date
        and months.month_start_date < windows.end_month_date
