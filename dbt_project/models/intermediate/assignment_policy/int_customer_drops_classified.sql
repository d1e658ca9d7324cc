-- Grain: one row per customer with sales of two years to compare.
-- The last period against the mean of the four before: a drop is seasonal where the
-- same period a year ago fell short of its neighbours as much, one-off where the period
-- before was as usual, lasting otherwise.
with

months as (select * from {{ ref('int_customer_months_aggregated') }}),

refresh as (select * from {{ ref('stg_refresh__parameters') }}),

policy as (
    select
        {{ threshold('temporary_drop_month_count') }} as month_count,
        1 - {{ threshold('temporary_drop_ratio') }} as usual_ratio
),

-- Period 0 ends with the last whole month; period 4 is period 0 a year before if a
-- period is a quarter.
periods as (
    select
        months.customer_id,
        cast(floor((
            {{ months_between(
                'months.month_start_date',
                "cast(date_trunc('month', refresh.as_of_date + 1) as date)"
            ) }} - 1
        ) / policy.month_count) as integer) as period_number,
        months.constant_net_sales_amount_base_ccy as net_sales_amount
    from months
    cross join refresh
    cross join policy
),

sales as (
    select
        customer_id,
        max(period_number) as first_period_number,
        coalesce(
            sum(net_sales_amount) filter (where period_number = 0), 0
        ) as sales_0,
        coalesce(
            sum(net_sales_amount) filter (where period_number = 1), 0
        ) as sales_1,
        coalesce(
            sum(net_sales_amount) filter (where period_number = 2), 0
        ) as sales_2,
        coalesce(
            sum(net_sales_amount) filter (where period_number = 3), 0
        ) as sales_3,
        coalesce(
            sum(net_sales_amount) filter (where period_number = 4), 0
        ) as sales_4,
        coalesce(
            sum(net_sales_amount) filter (where period_number = 5), 0
        ) as sales_5
    from periods
    where period_number >= 0
    group by customer_id
),

usual as (
    select
        sales.customer_id,
        policy.usual_ratio
        * (sales.sales_1 + sales.sales_2 + sales.sales_3 + sales.sales_4)
        / 4 as amount
    from sales
    cross join policy
),

compared as (
    select
        sales.customer_id,
        sales.sales_0 < usual.amount as is_drop,
        sales.sales_4
        < policy.usual_ratio * (sales.sales_3 + sales.sales_5) / 2 as is_seasonal,
        sales.sales_1 >= usual.amount as is_new
    from sales
    cross join policy
    inner join usual using (customer_id)
    where sales.first_period_number >= 5
)

select
    customer_id,
    case
        when not is_drop then 'none'
        when is_seasonal then 'seasonal'
        when is_new then 'one_off'
        else 'lasting'
    end as drop_class
from compared
