-- Grain: one row per customer with fifteen months of history.
-- The norm: mean and spread of monthly net sales over the year before the last three
-- whole months, months without sales counting as zero. Sums are exact decimals.
with

months as (select * from {{ ref('int_customer_months_aggregated') }}),

refresh as (select * from {{ ref('stg_refresh__parameters') }}),

numbered as (
    select
        months.customer_id,
        months.constant_net_sales_amount_base_ccy as amount,
        {{ months_between(
            'months.month_start_date',
            "cast(date_trunc('month', refresh.as_of_date + 1) as date)"
        ) }} - 1 as month_number
    from months
    cross join refresh
),

sums as (
    select
        customer_id,
        sum(amount) filter (where month_number between 3 and 14) as amount_sum,
        sum(amount * amount) filter (
            where month_number between 3 and 14
        ) as squared_sum
    from numbered
    group by customer_id
    having max(month_number) >= 14
)

select
    customer_id,
    cast(amount_sum as double) / 12 as mean_amount_base_ccy,
    sqrt(cast((12 * squared_sum - amount_sum * amount_sum) as double) / (12 * 11))
        as spread_amount_base_ccy
from sums
where amount_sum is not null
