-- Grain: one row per customer whose last months can be held against its norm.
-- How far the last months lie from the norm in its spreads, and for how many months in
-- a row each was that far away on the same side.
with

norms as (
    select * from {{ ref('int_customer_norms_measured') }}
    where spread_amount_base_ccy > 0
),

months as (select * from {{ ref('int_customer_months_aggregated') }}),

refresh as (select * from {{ ref('stg_refresh__parameters') }}),

policy as (
    select
        {{ threshold('shift_effect_size') }} as effect_size,
        cast({{ threshold('shift_persistence_months') }} as integer) as month_count
),

month_numbers as (select unnest(range(0, 12)) as month_number),

series as (
    select
        norms.customer_id,
        month_numbers.month_number,
        norms.mean_amount_base_ccy,
        (
            cast(coalesce(months.constant_net_sales_amount_base_ccy, 0) as double)
            - norms.mean_amount_base_ccy
        ) / norms.spread_amount_base_ccy as deviation,
        norms.spread_amount_base_ccy / nullif(norms.mean_amount_base_ccy, 0)
            as relative_spread
    from norms
    cross join refresh
    cross join month_numbers
    left join months
        on
            norms.customer_id = months.customer_id
            and months.month_start_date = {{ add_months(
                "date_trunc('month', refresh.as_of_date + 1)",
                '-1 - month_numbers.month_number'
            ) }}
),

effects as (
    select
        series.customer_id,
        sum(series.deviation order by series.month_number)
        / max(policy.month_count) as effect_size,
        max(series.relative_spread) as relative_spread
    from series
    cross join policy
    where series.month_number < policy.month_count
    group by series.customer_id
),

first_usual_months as (
    select
        series.customer_id,
        min(series.month_number) as month_number
    from series
    cross join policy
    inner join effects using (customer_id)
    where series.deviation * sign(effects.effect_size) < policy.effect_size
    group by series.customer_id
)

select
    customer_id,
    effects.effect_size,
    effects.effect_size * effects.relative_spread as change_ratio,
    coalesce(first_usual_months.month_number, 12) as lasting_month_count
from effects
left join first_usual_months using (customer_id)
