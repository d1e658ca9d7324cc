-- Grain: one row per entity, fiscal period, direct cost pool and cost object.
with

direct_costs as (select * from {{ ref('int_direct_costs_charged') }}),

pools as (select * from {{ ref('int_cost_pools_aggregated') }})

select
    entity_code,
    fiscal_period,
    cost_pool_code,
    direct_costs.cost_object_key,
    pools.behaviour,
    direct_costs.amount_base_ccy as allocated_amount_base_ccy
from direct_costs
inner join pools using (ledger_code, entity_code, fiscal_period, cost_pool_code)
