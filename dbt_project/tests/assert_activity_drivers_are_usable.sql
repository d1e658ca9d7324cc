-- Every pool that policy allocates has a driver that is counted, in the unit it is
-- counted in; a pool with cost has the capacity of a worker group whose minutes are
-- delivered or stated. A misspelt driver would leave the whole pool unallocated, a
-- misspelt group its idle time unseen.
with

pools as (select * from {{ ref('policy_cost_pools') }}),

drivers as (select * from {{ ref('policy_activity_drivers') }}),

stated_quantities as (select * from {{ ref('policy_driver_quantities') }}),

costed_pools as (select * from {{ ref('int_cost_pools_aggregated') }}),

labor_hours as (select * from {{ ref('int_capacity_minutes_aggregated') }}),

capacities as (select * from {{ ref('policy_capacities') }}),

counted_drivers (driver_code, driver_unit) as (
    values
    ('pick_minutes', 'minutes'),
    ('pack_minutes', 'minutes'),
    ('order_handling_minutes', 'minutes'),
    ('service_minutes', 'minutes'),
    ('service_case_count', 'cases handled'),
    ('visit_minutes', 'minutes'),
    ('visit_count', 'visits'),
    ('case_qty', 'cases'),
    ('weight_kg', 'kilograms'),
    ('volume_m3', 'm3'),
    ('stored_m3', 'm3 stored'),
    ('stops', 'stops'),
    ('drop_count', 'drops'),
    ('drop_minutes', 'minutes'),
    ('drop_km', 'kilometres'),
    ('chargeable_kg', 'kilograms'),
    ('shipment_count', 'shipments'),
    ('expedited_shipment_count', 'shipments'),
    ('delivery_km', 'kilometres'),
    ('order_line_count', 'order lines'),
    ('order_count', 'orders'),
    ('rush_order_count', 'orders'),
    ('return_lines', 'return lines'),
    ('net_revenue', 'base currency'),
    ('freight_charges', 'base currency'),
    ('insurance_charges', 'base currency'),
    ('handling_charges', 'base currency'),
    ('fee_charges', 'base currency'),
    ('rebate_charges', 'base currency'),
    ('bad_debt_charges', 'base currency')
),

known_drivers as (
    select * from counted_drivers
    union
    select
        driver_code,
        driver_unit
    from stated_quantities
)

select
    pools.cost_pool_code,
    'has no row in policy_activity_drivers' as problem
from pools
left join drivers using (cost_pool_code)
where
    pools.treatment in ('allocate', 'customer_sustaining')
    and drivers.cost_pool_code is null
union all
select
    drivers.cost_pool_code,
    'driver_code ' || coalesce(drivers.driver_code, 'null')
    || ' in ' || coalesce(drivers.driver_unit, 'null')
    || ' is not counted (docs/cost_model.md lists drivers and units)' as problem
from drivers
left join known_drivers using (driver_code, driver_unit)
where known_drivers.driver_code is null
union all
select
    stated_quantities.driver_code as cost_pool_code,
    'is counted from landed tables; policy_driver_quantities may not state it'
        as problem
from stated_quantities
where driver_code in (select counted_drivers.driver_code from counted_drivers)
union all
select
    drivers.cost_pool_code,
    'capacity_worker_group ' || drivers.capacity_worker_group
    || ' has no row in wms__labor_hours nor in policy_capacities' as problem
from drivers
where
    drivers.capacity_worker_group is not null
    and drivers.cost_pool_code in (
        select costed_pools.cost_pool_code from costed_pools
    )
    and exists (select 1 from labor_hours)
    and drivers.capacity_worker_group not in (
        select labor_hours.worker_group from labor_hours
        union all
        select capacities.worker_group from capacities
    )
