-- Grain: one row per customer and measure of execution.
-- What was executed for each customer over the last year of fiscal periods: numerator
-- and denominator, so that segments add up. No row where a measure is not known.
with

customer_months as (select * from {{ ref('rpt_profitability_by_customer_month') }}),

years as (select * from {{ ref('rpt_profitability_by_customer_year') }}),

fulfilments as (select * from {{ ref('rpt_order_fulfilment_by_customer_month') }}),

last_year as (
    select customer_months.*
    from customer_months
    inner join years using (customer_id)
    where customer_months.fiscal_period >= years.year_from_fiscal_period
),

customer_sums as (
    select
        customer_id,
        sum(fulfilments.on_time_order_count) as on_time_count,
        sum(fulfilments.timed_order_count) as timed_count,
        sum(fulfilments.otif_order_count) as otif_count,
        sum(fulfilments.otif_known_order_count) as otif_known_count,
        sum(last_year.cost_to_serve_amount_base_ccy) as cost_to_serve_amount,
        sum(last_year.net_sales_amount_base_ccy) as net_sales_amount,
        sum(last_year.order_count) as order_count
    from last_year
    left join fulfilments using (customer_id, fiscal_period)
    group by customer_id
),

measures as (
    select
        customer_id,
        'on_time_ratio' as measure_code,
        on_time_count as numerator,
        timed_count as denominator
    from customer_sums
    union all
    select
        customer_id,
        'otif_ratio' as measure_code,
        otif_count as numerator,
        otif_known_count as denominator
    from customer_sums
    union all
    select
        customer_id,
        'cost_to_serve_ratio' as measure_code,
        cost_to_serve_amount as numerator,
        net_sales_amount as denominator
    from customer_sums
    union all
    select
        customer_id,
        'cost_to_serve_per_order' as measure_code,
        cost_to_serve_amount as numerator,
        order_count as denominator
    from customer_sums
)

select
    customer_id,
    measure_code,
    cast(numerator as decimal(18, 2)) as numerator,
    cast(denominator as decimal(18, 2)) as denominator,
    {{ ratio('numerator', 'denominator') }} as achieved_value
from measures
where numerator is not null and denominator > 0
