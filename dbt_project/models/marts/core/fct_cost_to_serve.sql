-- Grain: one row per entity, fiscal period, cost pool, carrying pool, activity and
-- cost object that has a customer.
-- Cascade rounding: each row is the step between two rounded running shares, so the
-- rows of an activity and its unallocated part add up to the cent. A direct cost is
-- what was posted. A view: at ten million lines and ten pools the rows are computed
-- where they are asked for.
with

drivers as (select * from {{ ref('int_activity_drivers_accumulated') }}),

cost_objects as (select * from {{ ref('dim_cost_objects') }}),

direct_costs as (select * from {{ ref('fct_direct_costs') }}),

activities as (
    select
        *,
        {{ amount_to_cents('allocatable_amount_base_ccy') }} as allocatable_cents
    from {{ ref('fct_cost_activities') }}
)

select
    activities.entity_code,
    activities.fiscal_period,
    activities.cost_pool_code,
    activities.cost_activity_key,
    drivers.cost_object_key,
    cost_objects.cost_level_key,
    cost_objects.customer_id,
    cost_objects.cost_level_id,
    cost_objects.order_id,
    cost_objects.line_no,
    cost_objects.product_id,
    activities.carried_by_pool_code,
    activities.activity_code,
    activities.driver_code,
    activities.behaviour,
    drivers.driver_qty,
    {{ cents_to_amount(cascade_share(
        'activities.allocatable_cents', 'drivers.running_driver_qty',
        'drivers.driver_qty', 'activities.total_driver_qty'
    )) }} as allocated_amount_base_ccy
from drivers
inner join activities using (driver_month_key)
inner join cost_objects using (cost_object_key)
where drivers.driver_qty > 0 and drivers.cost_object_key != 0
union all
select
    direct_costs.entity_code,
    direct_costs.fiscal_period,
    direct_costs.cost_pool_code,
    cast(null as bigint) as cost_activity_key,
    cost_object_key,
    cost_objects.cost_level_key,
    cost_objects.customer_id,
    cost_objects.cost_level_id,
    cost_objects.order_id,
    cost_objects.line_no,
    cost_objects.product_id,
    direct_costs.cost_pool_code as carried_by_pool_code,
    'direct' as activity_code,
    cast(null as varchar) as driver_code,
    direct_costs.behaviour,
    cast(null as bigint) as driver_qty,
    direct_costs.allocated_amount_base_ccy
from direct_costs
inner join cost_objects using (cost_object_key)
where cost_object_key != 0
