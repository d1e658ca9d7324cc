-- Grain: one row per entity, fiscal period and cost pool.
-- Without a ledger: what was charged against where it went, the same proof.
with

cost_pools as (select * from {{ ref('fct_cost_pools') }}),

customer_costs as (
    select * from {{ ref('rpt_cost_to_serve_by_customer_pool_month') }}
),

allocated_pools as (
    select
        entity_code,
        fiscal_period,
        cost_pool_code,
        sum(allocated_amount_base_ccy) as allocated_amount_base_ccy
    from customer_costs
    group by all
),

pool_parts as (
    select
        cost_pools.entity_code,
        cost_pools.fiscal_period,
        cost_pools.cost_pool_code,
        cost_pools.cost_pool_name,
        cost_pools.treatment,
        cost_pools.reason,
        cost_pools.pool_amount_base_ccy,
        coalesce(allocated_pools.allocated_amount_base_ccy, 0) as allocated_amount,
        cost_pools.unused_capacity_amount_base_ccy,
        case
            when cost_pools.treatment = 'sustaining'
                then cost_pools.pool_amount_base_ccy
            else 0
        end as sustaining_amount,
        case
            when cost_pools.treatment = 'excluded' then cost_pools.pool_amount_base_ccy
            else 0
        end as excluded_amount,
        cost_pools.unallocated_amount_base_ccy,
        case
            when cost_pools.treatment = 'quarantined'
                then cost_pools.pool_amount_base_ccy
            else 0
        end as quarantined_amount
    from cost_pools
    left join allocated_pools using (entity_code, fiscal_period, cost_pool_code)
    where cost_pools.ledger_code = 'charges'
)

select
    entity_code,
    fiscal_period,
    cost_pool_code,
    cost_pool_name,
    treatment,
    reason,
    pool_amount_base_ccy as charged_amount_base_ccy,
    cast(allocated_amount as decimal(18, 2)) as allocated_amount_base_ccy,
    unused_capacity_amount_base_ccy,
    cast(sustaining_amount as decimal(18, 2)) as sustaining_amount_base_ccy,
    cast(excluded_amount as decimal(18, 2)) as excluded_amount_base_ccy,
    unallocated_amount_base_ccy,
    cast(quarantined_amount as decimal(18, 2)) as quarantined_amount_base_ccy,
    cast(
        pool_amount_base_ccy
        - allocated_amount
        - unused_capacity_amount_base_ccy
        - sustaining_amount
        - excluded_amount
        - unallocated_amount_base_ccy
        - quarantined_amount as decimal(18, 2)
    ) as variance_amount_base_ccy
from pool_parts
