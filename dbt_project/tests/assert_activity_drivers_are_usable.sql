-- Every pool that policy allocates has a driver that is counted, in the unit it is
-- counted in; a pool with cost has the capacity of a worker group whose minutes are
-- delivered or stated. A misspelt driver would leave the whole pool unallocated, a
-- misspelt group its idle time unseen. Where no capacity at all is known, none is used.
{{ config(meta={'policy': 'policy_activity_drivers'}) }}
with

pools as (select * from {{ ref('policy_cost_pools') }}),

drivers as (select * from {{ ref('policy_activity_drivers') }}),

stated_quantities as (select * from {{ ref('policy_driver_quantities') }}),

costed_pools as (select * from {{ ref('int_cost_pools_aggregated') }}),

labor_hours as (select * from {{ ref('int_capacity_minutes_aggregated') }}),

capacities as (select * from {{ ref('policy_capacities') }}),

known_drivers as (
    select * from {{ counted_drivers() }}
    union
    select
        driver_code,
        driver_unit
    from stated_quantities
),

known_groups as (
    select worker_group from labor_hours
    union
    select worker_group from capacities
)

select
    pools.cost_pool_code,
    null as activity_code,
    'has no row in policy_activity_drivers' as problem
from pools
left join drivers using (cost_pool_code)
where
    pools.treatment in ('allocate', 'customer_sustaining')
    and drivers.cost_pool_code is null
union all
select
    drivers.cost_pool_code,
    drivers.activity_code,
    'driver_code ' || coalesce(drivers.driver_code, 'null')
    || ' in ' || coalesce(drivers.driver_unit, 'null')
    || ' is not counted (docs/cost_model.md lists drivers and units)' as problem
from drivers
left join known_drivers using (driver_code, driver_unit)
where known_drivers.driver_code is null
union all
select
    drivers.cost_pool_code,
    drivers.activity_code,
    'capacity_worker_group ' || drivers.capacity_worker_group
    || ' has no row in wms__labor_hours nor in policy_capacities' as problem
from drivers
where
    drivers.capacity_worker_group is not null
    and drivers.cost_pool_code in (
        select costed_pools.cost_pool_code from costed_pools
    )
    and exists (select 1 from known_groups)
    and drivers.capacity_worker_group not in (
        select known_groups.worker_group from known_groups
    )
