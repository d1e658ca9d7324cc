-- Grain: one row per order.
-- Constant amounts take one exchange rate per currency for all dates; lines are summed
-- per currency before they are converted. A line that was keyed in makes the order one
-- that was, whatever the others are.
with

order_lines as (select * from {{ ref('int_order_lines_converted') }}),

entry_modes as {{ in_force(ref('policy_entry_modes'), ['entry_mode']) }},

constant_rates as (
    select
        currency_code as local_currency_code,
        base_ccy_per_local_ccy
    from {{ ref('int_exchange_rates_constant') }}
),

entered_lines as (
    select
        order_lines.*,
        entry_modes.is_electronic
    from order_lines
    left join entry_modes using (entry_mode)
),

order_currencies as (
    select
        order_id,
        local_currency_code,
        min(customer_id) as customer_id,
        min(entity_code) as entity_code,
        min(order_date) as order_date,
        min(fiscal_period) as fiscal_period,
        bool_or(is_demand) as is_order,
        bool_or(is_rush) filter (where is_demand) as is_rush,
        bool_and(is_electronic) filter (where is_demand) as is_electronic,
        count(*) filter (where is_demand) as line_count,
        count(*) filter (where is_return) as return_line_count,
        sum(change_count) filter (where is_demand) as change_count,
        sum(base_qty) filter (where is_demand) as ordered_qty,
        sum(weight_kg) filter (where is_demand) as weight_kg,
        sum(net_amount_local_ccy) filter (where is_net_sales) as net_sales,
        sum(net_amount_local_ccy) filter (
            where is_net_sales and cogs_amount_local_ccy is not null
        ) as costed_sales,
        sum(cogs_amount_local_ccy) filter (where is_net_sales) as cogs,
        sum(discount_amount_local_ccy) filter (where is_net_sales) as discount
    from entered_lines
    group by all
)

select
    order_currencies.order_id,
    min(order_currencies.customer_id) as customer_id,
    min(order_currencies.entity_code) as entity_code,
    min(order_currencies.order_date) as order_date,
    min(order_currencies.fiscal_period) as fiscal_period,
    bool_or(order_currencies.is_order) as is_order,
    bool_or(order_currencies.is_rush) as is_rush,
    bool_and(order_currencies.is_electronic) as is_electronic,
    sum(order_currencies.line_count) as line_count,
    sum(order_currencies.return_line_count) as return_line_count,
    sum(order_currencies.change_count) as change_count,
    sum(order_currencies.ordered_qty) as ordered_qty,
    sum(order_currencies.weight_kg) as weight_kg,
    sum({{ to_base_amount(
        'order_currencies.net_sales', 'constant_rates.base_ccy_per_local_ccy'
    ) }}) as constant_net_sales_amount_base_ccy,
    sum({{ to_base_amount(
        'order_currencies.costed_sales', 'constant_rates.base_ccy_per_local_ccy'
    ) }}) as constant_costed_sales_amount_base_ccy,
    sum({{ to_base_amount(
        'order_currencies.cogs', 'constant_rates.base_ccy_per_local_ccy'
    ) }}) as constant_cogs_amount_base_ccy,
    sum({{ to_base_amount(
        'order_currencies.discount', 'constant_rates.base_ccy_per_local_ccy'
    ) }}) as constant_discount_amount_base_ccy
from order_currencies
left join constant_rates using (local_currency_code)
group by order_currencies.order_id
