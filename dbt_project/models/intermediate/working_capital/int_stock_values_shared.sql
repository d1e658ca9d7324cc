-- Grain: one row per customer and fiscal period.
-- Stock names no customer: the value of a product, on average over the period, is
-- shared to the cent by quantity among who ordered it then, else unattributed. A
-- warehouse of no entity serves all of them, in the periods of the first.
with

order_lines as (
    select * from {{ ref('int_order_lines_converted') }}
    where is_demand and base_qty > 0
),

fiscal_days as (select * from {{ ref('int_fiscal_days') }}),

first_entity as (select min(entity_code) as entity_code from fiscal_days),

closing_rates as (
    select * from {{ ref('int_exchange_rates_daily') }}
    where rate_type = {{ setting('stock_rate_type') }}
),

valued_balances as (
    select
        sites.entity_code,
        fiscal_days.fiscal_period,
        balances.warehouse_id,
        balances.product_id,
        -- All ten digits of quantity times unit cost count: rounded once, to cents.
        cast(balances.on_hand_qty as decimal(28, 4)) * balances.unit_cost_local_ccy
            as local_value,
        {{ amount_to_cents('round(' ~ widened_product(
            'local_value', 'closing_rates.base_ccy_per_local_ccy'
        ) ~ ', 2)') }} as value_cents,
        -- A day on which no value is known is not a day without stock.
        count(distinct if(value_cents is null, null, balances.balance_date)) over (
            partition by balances.warehouse_id, fiscal_days.fiscal_period
        ) as day_count
    from {{ ref('stg_wms__inventory_balances') }} as balances
    left join {{ ref('stg_wms__warehouses') }} as sites using (warehouse_id)
    cross join first_entity
    inner join fiscal_days
        on
            balances.balance_date = fiscal_days.calendar_date
            and coalesce(sites.entity_code, first_entity.entity_code)
            = fiscal_days.entity_code
    left join closing_rates
        on
            coalesce(balances.local_currency_code, {{ base_currency() }})
            = closing_rates.currency_code
            and balances.balance_date = closing_rates.calendar_date
),

warehouse_stocks as (
    select
        entity_code,
        fiscal_period,
        warehouse_id,
        product_id,
        -- Half a cent goes away from zero; a quotient would pass through double.
        (2 * sum(value_cents) + sign(sum(value_cents)) * max(day_count))
        // (2 * max(day_count)) as stock_cents
    from valued_balances
    where value_cents is not null
    group by all
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

shares as (
    select
        stocks.fiscal_period,
        stocks.stock_cents,
        order_lines.customer_id,
        sum({{ driver_units('order_lines.base_qty') }}) as own_qty,
        sum(own_qty) over (in_stock order by order_lines.customer_id) as running_qty,
        sum(own_qty) over in_stock as total_qty
    from stocks
    left join order_lines
        on
            stocks.fiscal_period = order_lines.fiscal_period
            and stocks.product_id = order_lines.product_id
            and coalesce(stocks.entity_code = order_lines.entity_code, true)
    group by
        stocks.entity_code, stocks.fiscal_period, stocks.product_id,
        stocks.stock_cents, order_lines.customer_id
    window in_stock as (
        partition by stocks.entity_code, stocks.fiscal_period, stocks.product_id
    )
)

select
    coalesce(customer_id, 'unattributed') as customer_id,
    fiscal_period,
    {{ cents_to_amount('sum(coalesce(' ~ cascade_share(
        'stock_cents', 'running_qty', 'own_qty', 'total_qty'
    ) ~ ', stock_cents))') }} as inventory_amount_base_ccy
from shares
group by all
