-- Grain: one row per entity, fiscal period, cost pool and cost object with a customer.
-- Cascade rounding: each row is the step between two floored running shares, so the
-- rows of a pool and its unallocated part add up to the cent. A view: at ten million
-- lines and ten pools the rows are computed where they are asked for.
with

cost_pools as (select * from {{ ref('fct_cost_pools') }}),

driver_events as (select * from {{ ref('fct_activity_driver_events') }}),

cost_objects as (select * from {{ ref('dim_cost_objects') }}),

allocated_pools as (
    select
        entity_code,
        fiscal_period,
        cost_pool_code,
        driver_code,
        activity_code,
        behaviour,
        total_driver_qty,
        {{ amount_to_cents('allocatable_amount_base_ccy') }} as allocatable_cents
    from cost_pools
    where treatment in ('allocate', 'customer_sustaining')
)

select
    allocated_pools.entity_code,
    allocated_pools.fiscal_period,
    allocated_pools.cost_pool_code,
    driver_events.cost_object_key,
    cost_objects.customer_id,
    cost_objects.cost_level_id,
    cost_objects.order_id,
    cost_objects.line_no,
    cost_objects.product_id,
    allocated_pools.activity_code,
    allocated_pools.driver_code,
    allocated_pools.behaviour,
    driver_events.driver_qty,
    {{ cents_to_amount(cascade_share(
        'allocated_pools.allocatable_cents', 'driver_events.running_driver_qty',
        'driver_events.driver_qty', 'allocated_pools.total_driver_qty'
    )) }} as allocated_amount_base_ccy
from driver_events
inner join allocated_pools using (entity_code, fiscal_period, driver_code)
inner join cost_objects using (cost_object_key)
where driver_events.cost_object_key != 0
