-- Grain: one row per product and calendar month with a demand or a net sale.
-- Net sales at constant exchange rates, summed per currency before they are converted.
with

order_lines as (select * from {{ ref('int_order_lines_converted') }}),

constant_rates as (
    select
        currency_code as local_currency_code,
        base_ccy_per_local_ccy
    from {{ ref('int_exchange_rates_constant') }}
),

month_currencies as (
    select
        product_id,
        cast(date_trunc('month', order_date) as date) as month_start_date,
        local_currency_code,
        sum(base_qty) filter (where is_demand) as demand_qty,
        count(*) filter (where is_demand) as order_line_count,
        sum(net_amount_local_ccy) filter (where is_net_sales) as net_sales,
        sum(net_amount_local_ccy) filter (
            where is_net_sales and cogs_amount_local_ccy is not null
        ) as costed_sales,
        sum(cogs_amount_local_ccy) filter (where is_net_sales) as cogs
    from order_lines
    group by all
)

select
    month_currencies.product_id,
    month_currencies.month_start_date,
    sum(month_currencies.demand_qty) as demand_qty,
    sum(month_currencies.order_line_count) as order_line_count,
    sum({{ to_base_amount(
        'month_currencies.net_sales', 'constant_rates.base_ccy_per_local_ccy'
    ) }}) as constant_net_sales_amount_base_ccy,
    sum({{ to_base_amount(
        'month_currencies.costed_sales', 'constant_rates.base_ccy_per_local_ccy'
    ) }}) as constant_costed_sales_amount_base_ccy,
    sum({{ to_base_amount(
        'month_currencies.cogs', 'constant_rates.base_ccy_per_local_ccy'
    ) }}) as constant_cogs_amount_base_ccy
from month_currencies
left join constant_rates using (local_currency_code)
group by month_currencies.product_id, month_currencies.month_start_date
