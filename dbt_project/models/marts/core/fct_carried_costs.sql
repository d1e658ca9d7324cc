-- Grain: one row per entity, fiscal period, cost pool and pool that carries it.
-- A pool carries its own cost; what a service pool costs is carried by those it serves,
-- in the end.
with

pools as (select * from {{ ref('int_cost_pools_aggregated') }}),

service_charges as (select * from {{ ref('stg_costing__service_charges') }})

select
    ledger_code,
    entity_code,
    fiscal_period,
    cost_pool_code,
    cost_pool_code as carried_by_pool_code,
    treatment as carrying_treatment,
    behaviour,
    pool_amount_base_ccy as carried_amount_base_ccy
from pools
where treatment != 'service'
union all
select
    service_charges.ledger_code,
    service_charges.entity_code,
    service_charges.fiscal_period,
    service_charges.cost_pool_code,
    service_charges.carried_by_pool_code,
    carrying_pools.treatment as carrying_treatment,
    pools.behaviour,
    service_charges.amount_base_ccy as carried_amount_base_ccy
from service_charges
inner join pools
    using (ledger_code, entity_code, fiscal_period, cost_pool_code)
inner join pools as carrying_pools
    on
        service_charges.ledger_code = carrying_pools.ledger_code
        and service_charges.entity_code = carrying_pools.entity_code
        and service_charges.fiscal_period = carrying_pools.fiscal_period
        and service_charges.carried_by_pool_code = carrying_pools.cost_pool_code
