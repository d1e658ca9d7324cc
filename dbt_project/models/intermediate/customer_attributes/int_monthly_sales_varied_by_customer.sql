-- Grain: one row per customer and as-of date.
-- Variation of monthly net sales over the whole months since the first order, months
-- without sales counting as zero; sample standard deviation over the mean. Sums of
-- squares are exact decimals, so the result does not depend on the order of rows.
with

months as (select * from {{ ref('int_customer_months_aggregated') }}),

customers as (select * from {{ ref('int_orders_aggregated_to_customers') }}),

month_spans as (
    select
        customer_id,
        as_of_date,
        cast(date_trunc('month', greatest(
            first_order_date, window_start_date
        )) as date) as first_month_date,
        cast(date_trunc('month', as_of_date + 1) as date) as end_month_date
    from customers
),

month_sums as (
    select
        month_spans.customer_id,
        month_spans.as_of_date,
        {{ months_between(
            'month_spans.first_month_date', 'month_spans.end_month_date'
        ) }} as month_count,
        coalesce(sum(months.constant_net_sales_amount_base_ccy), 0) as sales_sum,
        coalesce(sum(
            months.constant_net_sales_amount_base_ccy
            * months.constant_net_sales_amount_base_ccy
        ), 0) as squared_sales_sum
    from month_spans
    left join months
        on
            month_spans.customer_id = months.customer_id
            and month_spans.first_month_date <= months.month_start_date
            and month_spans.end_month_date > months.month_start_date
    group by
        month_spans.customer_id,
        month_spans.as_of_date,
        month_spans.first_month_date,
        month_spans.end_month_date
)

select
    customer_id,
    as_of_date,
    month_count,
    case
        when month_count >= 2 and sales_sum > 0
            then {{ coefficient_of_variation(
                'month_count', 'sales_sum', 'squared_sales_sum'
            ) }}
    end as monthly_sales_variation
from month_sums
