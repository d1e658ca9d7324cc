-- Grain: one row per customer and fiscal period.
-- Stock names no customer: the value of a product, on average over the balances of the
-- period, is shared by those who ordered it in the period, by quantity; what nobody
-- ordered is unattributed. Each product is shared to the cent.
with

balances as (select * from {{ ref('stg_wms__inventory_balances') }}),

warehouses as (select * from {{ ref('stg_wms__warehouses') }}),

fiscal_days as (select * from {{ ref('int_fiscal_days') }}),

closing_rates as (
    select * from {{ ref('int_exchange_rates_daily') }}
    where rate_type = {{ setting('stock_rate_type') }}
),

valued_balances as (
    select
        warehouses.entity_code,
        fiscal_days.fiscal_period,
        balances.warehouse_id,
        balances.product_id,
        balances.balance_date,
        {{ amount_to_cents(to_base_amount(
            'balances.on_hand_qty * balances.unit_cost_local_ccy',
            'closing_rates.base_ccy_per_local_ccy'
        )) }} as value_cents
    from balances
    inner join warehouses using (warehouse_id)
    inner join fiscal_days
        on
            warehouses.entity_code = fiscal_days.entity_code
            and balances.balance_date = fiscal_days.calendar_date
    left join closing_rates
        on
            coalesce(balances.local_currency_code, {{ base_currency() }})
            = closing_rates.currency_code
            and balances.balance_date = closing_rates.calendar_date
),

balance_days as (
    select
        warehouse_id,
        fiscal_period,
        count(distinct balance_date) as day_count
    from valued_balances
    group by all
),

warehouse_stocks as (
    select
        valued_balances.entity_code,
        fiscal_period,
        valued_balances.product_id,
        sum(valued_balances.value_cents) // balance_days.day_count as stock_cents
    from valued_balances
    inner join balance_days using (warehouse_id, fiscal_period)
    where valued_balances.value_cents is not null
    group by
        valued_balances.entity_code, fiscal_period, warehouse_id,
        valued_balances.product_id, balance_days.day_count
),

stocks as (
    select
        entity_code,
        fiscal_period,
        product_id,
        sum(stock_cents) as stock_cents
    from warehouse_stocks
    group by all
),

orders as (
    select
        entity_code,
        fiscal_period,
        product_id,
        customer_id,
        sum({{ driver_units('base_qty') }}) as own_qty,
        sum(own_qty) over (in_product order by customer_id) as running_qty,
        sum(own_qty) over in_product as total_qty
    from {{ ref('int_order_lines_converted') }}
    where is_demand and base_qty > 0
    group by entity_code, fiscal_period, product_id, customer_id
    window in_product as (partition by entity_code, fiscal_period, product_id)
)

-- One row per stocked product becomes one per customer that ordered it.
select
    coalesce(orders.customer_id, 'unattributed') as customer_id,
    fiscal_period,
    {{ cents_to_amount('sum(coalesce(' ~ cascade_share(
        'stocks.stock_cents', 'orders.running_qty',
        'orders.own_qty', 'orders.total_qty'
    ) ~ ', stocks.stock_cents))') }} as inventory_amount_base_ccy
from stocks
left join orders using (entity_code, fiscal_period, product_id)
group by all
