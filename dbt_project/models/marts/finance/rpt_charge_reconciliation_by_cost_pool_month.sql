-- Grain: one row per entity, fiscal period and cost pool.
-- Without a ledger: what was charged against where it went, the same proof.
with

cost_pools as (
    select * from {{ ref('fct_cost_pools') }}
    where ledger_code = 'charges'
),

customer_costs as (
    select * from {{ ref('rpt_cost_to_serve_by_customer_pool_month') }}
),

allocated_pools as (
    select
        entity_code,
        fiscal_period,
        cost_pool_code,
        sum(allocated_amount_base_ccy) as allocated_amount
    from customer_costs
    group by all
)

select
    entity_code,
    fiscal_period,
    cost_pool_code,
    cost_pools.cost_pool_name,
    cost_pools.treatment,
    cost_pools.reason,
    cost_pools.pool_amount_base_ccy as charged_amount_base_ccy,
    cast(
        coalesce(allocated_pools.allocated_amount, 0) as decimal(18, 2)
    ) as allocated_amount_base_ccy,
    cost_pools.unused_capacity_amount_base_ccy,
    cost_pools.sustaining_amount_base_ccy,
    cost_pools.excluded_amount_base_ccy,
    cost_pools.unallocated_amount_base_ccy,
    cost_pools.quarantined_amount_base_ccy,
    cast(
        cost_pools.pool_amount_base_ccy
        - coalesce(allocated_pools.allocated_amount, 0)
        - cost_pools.unused_capacity_amount_base_ccy
        - cost_pools.sustaining_amount_base_ccy
        - cost_pools.excluded_amount_base_ccy
        - cost_pools.unallocated_amount_base_ccy
        - cost_pools.quarantined_amount_base_ccy as decimal(18, 2)
    ) as variance_amount_base_ccy
from cost_pools
left join allocated_pools using (entity_code, fiscal_period, cost_pool_code)
