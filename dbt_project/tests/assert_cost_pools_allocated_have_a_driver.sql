-- A pool that policy allocates names what drives it.
select pools.cost_pool_code
from {{ ref('policy_cost_pools') }} as pools
left join {{ ref('policy_activity_drivers') }} as drivers using (cost_pool_code)
where
    pools.treatment in ('allocate', 'customer_sustaining')
    and drivers.driver_code is null
