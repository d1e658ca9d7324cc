-- What policy says of service pools names pools of policy: a service that is no service
-- pool would charge nothing, and a user that is no pool would carry nothing.
with

pools as (select * from {{ ref('policy_cost_pools') }}),

pool_services as (select * from {{ ref('policy_pool_services') }})

select
    from_pool_code as cost_pool_code,
    'serves other pools and is no pool with treatment service' as problem
from pool_services
where
    from_pool_code not in (
        select pools.cost_pool_code from pools
        where pools.treatment = 'service'
    )
union all
select
    to_pool_code as cost_pool_code,
    'is served and is not in policy_cost_pools' as problem
from pool_services
where to_pool_code not in (select pools.cost_pool_code from pools)
union all
select
    to_pool_code as cost_pool_code,
    'is served and charges its own postings directly: it has no activity to carry more'
        as problem
from pool_services
where
    to_pool_code in (
        select pools.cost_pool_code from pools
        where pools.treatment = 'direct'
    )
