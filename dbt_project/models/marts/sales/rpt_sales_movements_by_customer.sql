-- Grain: one row per customer and local currency with a net sale in the last two years.
-- Net sales of the last year of fiscal periods against the year before: what the
-- customer did, at one exchange rate for both, and what rates did. Both add up to the
-- change in base currency, to the cent. An adjusting period (a 13th) is none of them.
with

order_lines as (
    select * from {{ ref('int_order_lines_converted') }}
    where is_net_sales and customer_id is not null
),

customer_months as (select * from {{ ref('rpt_profitability_by_customer_month') }}),

adjusting_periods as (select * from {{ ref('int_adjusting_periods_found') }}),

constant_rates as (
    select
        currency_code as local_currency_code,
        base_ccy_per_local_ccy
    from {{ ref('int_exchange_rates_constant') }}
),

periods as (
    select
        fiscal_period,
        max(fiscal_period) over () as last_period,
        fiscal_period > {{ years_before('last_period', 1) }} as is_now
    from customer_months
    where
        fiscal_period not in (
            select adjusting_periods.fiscal_period from adjusting_periods
        )
    group by fiscal_period
    qualify fiscal_period > {{ years_before('last_period', 2) }}
),

sums as (
    select
        order_lines.customer_id,
        order_lines.local_currency_code,
        coalesce(sum(order_lines.net_amount_local_ccy) filter (
            where not periods.is_now
        ), 0) as earlier_local_amount,
        coalesce(sum(order_lines.net_amount_local_ccy) filter (
            where periods.is_now
        ), 0) as local_amount,
        coalesce(sum(order_lines.net_amount_base_ccy) filter (
            where not periods.is_now
        ), 0) as earlier_amount,
        coalesce(sum(order_lines.net_amount_base_ccy) filter (
            where periods.is_now
        ), 0) as amount
    from order_lines
    inner join periods using (fiscal_period)
    group by all
)

select
    sums.customer_id,
    local_currency_code,
    cast(sums.earlier_local_amount as decimal(18, 2))
        as earlier_net_sales_amount_local_ccy,
    cast(sums.local_amount as decimal(18, 2)) as net_sales_amount_local_ccy,
    cast(sums.earlier_amount as decimal(18, 2)) as earlier_net_sales_amount_base_ccy,
    cast(sums.amount as decimal(18, 2)) as net_sales_amount_base_ccy,
    cast(sums.amount - sums.earlier_amount as decimal(18, 2))
        as change_amount_base_ccy,
    cast(
        {{ to_base_amount('sums.local_amount', 'base_ccy_per_local_ccy') }}
        - {{ to_base_amount('sums.earlier_local_amount', 'base_ccy_per_local_ccy') }}
        as decimal(18, 2)
    ) as real_change_amount_base_ccy,
    cast(change_amount_base_ccy - real_change_amount_base_ccy as decimal(18, 2))
        as exchange_rate_effect_amount_base_ccy
from sums
inner join constant_rates using (local_currency_code)
