-- What policy says of service pools names pools of policy: a service that is no service
-- pool would charge nothing, and a user that is no pool would carry nothing.
{{ config(meta={'policy': 'policy_pool_services'}) }}
with

pools as (select * from {{ ref('policy_cost_pools') }}),

pool_services as (select * from {{ ref('policy_pool_services') }}),

judged as (
    select
        from_pool_code,
        to_pool_code,
        case
            when
                from_pool_code not in (
                    select pools.cost_pool_code from pools
                    where pools.treatment = 'service'
                )
                then
                    from_pool_code
                    || ' serves other pools and is no pool with treatment service'
            when to_pool_code not in (select pools.cost_pool_code from pools)
                then to_pool_code || ' is served and is not in policy_cost_pools'
            when
                to_pool_code in (
                    select pools.cost_pool_code from pools
                    where pools.treatment = 'direct'
                )
                then
                    to_pool_code || ' is served and charges its own postings'
                    || ' directly: it has no activity to carry more'
        end as problem
    from pool_services
)

select
    from_pool_code,
    to_pool_code,
    problem
from judged
where problem is not null
