-- Grain: one row per entity, fiscal period, driver and cost object.
-- Quantities of policy_driver_quantities: of an order evenly to its lines, of a
-- customer to the customer; an order or customer nobody knows is object 0.
with

quantities as (select * from {{ ref('policy_driver_quantities') }}),

order_lines as (select * from {{ ref('int_order_lines_positioned') }}),

customers as (
    select *
    from {{ ref('int_customers_resolved') }}
    where source_system = 'erp'
),

customer_objects as (
    select *
    from {{ ref('int_cost_objects_enumerated') }}
    where order_id is null and customer_id is not null
),

stated_quantities as (
    -- One row per order becomes one per line.
    select
        quantities.entity_code,
        quantities.fiscal_period,
        quantities.driver_code,
        order_lines.cost_object_key,
        coalesce(
            {{ cascade_share(
                driver_units('quantities.quantity'),
                'order_lines.line_position', '1', 'order_lines.order_line_count'
            ) }},
            {{ driver_units('quantities.quantity') }}
        ) as driver_qty
    from quantities
    left join order_lines using (order_id)
    where quantities.order_id is not null
    union all
    select
        quantities.entity_code,
        quantities.fiscal_period,
        quantities.driver_code,
        customer_objects.cost_object_key,
        {{ driver_units('quantities.quantity') }} as driver_qty
    from quantities
    left join customers on quantities.erp_customer_id = customers.source_customer_id
    left join customer_objects
        on customers.customer_id = customer_objects.customer_id
    where quantities.order_id is null
)

select
    entity_code,
    fiscal_period,
    driver_code,
    coalesce(cost_object_key, 0) as cost_object_key,
    cast(sum(driver_qty) as bigint) as driver_qty
from stated_quantities
group by all
