-- Grain: one row per ledger, entity, fiscal period, service pool and pool it serves.
-- As in force on the service pool's last posting of the period: the latest version for
-- the entity, else for all. Rows with one valid-from date are one version.
with

service_pools as (
    select * from {{ ref('int_cost_pools_aggregated') }}
    where treatment = 'service'
),

pool_services as (select * from {{ ref('policy_pool_services') }})

select
    service_pools.ledger_code,
    service_pools.entity_code,
    service_pools.fiscal_period,
    pool_services.from_pool_code,
    pool_services.to_pool_code,
    pool_services.service_qty,
    {{ setting('service_allocation_method') }} as allocation_method,
    {{ setting('service_step_order') }} as step_order
from service_pools
inner join pool_services
    on
        service_pools.cost_pool_code = pool_services.from_pool_code
        and service_pools.entity_code
        = coalesce(pool_services.entity_code, service_pools.entity_code)
        and service_pools.last_posting_date >= pool_services.valid_from
qualify rank() over (
    partition by
        service_pools.ledger_code,
        service_pools.entity_code,
        service_pools.fiscal_period,
        pool_services.from_pool_code
    order by pool_services.entity_code nulls last, pool_services.valid_from desc
) = 1
