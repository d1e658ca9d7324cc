-- Grain: one row per entity, fiscal period and cost object.
-- Cubic metres of each product that warehouses held on average over the balances of the
-- period, over its order lines of the period by quantity: space times time, as a count
-- of pallet-days would be. What nobody ordered in the period is object 0.
with

balances as (select * from {{ ref('stg_wms__inventory_balances') }}),

warehouses as (select * from {{ ref('stg_wms__warehouses') }}),

products as (select * from {{ ref('int_products_in_force') }}),

fiscal_days as (select * from {{ ref('int_fiscal_days') }}),

order_lines as (select * from {{ ref('int_order_lines_converted') }}),

cost_objects as (select * from {{ ref('int_cost_objects_enumerated') }}),

balance_days as (
    select
        balances.warehouse_id,
        warehouses.entity_code,
        fiscal_days.fiscal_period,
        count(distinct balances.balance_date) as day_count
    from balances
    inner join warehouses using (warehouse_id)
    inner join fiscal_days
        on
            warehouses.entity_code = fiscal_days.entity_code
            and balances.balance_date = fiscal_days.calendar_date
    group by all
),

stored_products as (
    select
        balance_days.entity_code,
        balance_days.fiscal_period,
        balances.product_id,
        sum(
            {{ driver_units(of_each('balances.on_hand_qty', 'products.volume_m3', 6)) }}
            // balance_days.day_count
        ) as stored_qty
    from balances
    inner join products using (product_id)
    inner join balance_days using (warehouse_id)
    inner join fiscal_days
        on
            balance_days.entity_code = fiscal_days.entity_code
            and balance_days.fiscal_period = fiscal_days.fiscal_period
            and balances.balance_date = fiscal_days.calendar_date
    where cast(balances.on_hand_qty as decimal(28, 4)) * products.volume_m3 > 0
    group by all
),

ordered_lines as (
    select
        order_lines.entity_code,
        order_lines.fiscal_period,
        order_lines.product_id,
        cost_objects.cost_object_key,
        order_lines.base_qty
    from order_lines
    inner join cost_objects using (order_id, line_no)
    where cost_objects.is_demand and order_lines.base_qty > 0
),

ordered_products as (
    select
        entity_code,
        fiscal_period,
        product_id,
        sum(base_qty) as product_qty
    from ordered_lines
    group by all
)

-- One row per stored product becomes one per line that ordered it.
select
    entity_code,
    fiscal_period,
    'stored_m3' as driver_code,
    coalesce(ordered_lines.cost_object_key, 0) as cost_object_key,
    cast(
        sum(
            round(
                stored_products.stored_qty
                * coalesce(ordered_lines.base_qty / ordered_products.product_qty, 1)
            )
        ) as bigint
    ) as driver_qty
from stored_products
left join ordered_lines using (entity_code, fiscal_period, product_id)
left join ordered_products using (entity_code, fiscal_period, product_id)
group by all
