-- Grain: one row per entity, fiscal period and cost pool.
-- What the activities of a pool do not take is unused capacity, negative where more was
-- used than planned; never clamped. What is not allocated at all stands under its
-- treatment.
with

pools as (select * from {{ ref('int_cost_pools_aggregated') }}),

activities as (
    select
        entity_code,
        fiscal_period,
        cost_pool_code,
        count(*) as activity_count,
        sum(allocatable_amount_base_ccy) as allocatable_amount,
        sum(unallocated_amount_base_ccy) as unallocated_amount
    from {{ ref('fct_cost_activities') }}
    group by all
)

select
    entity_code,
    fiscal_period,
    cost_pool_code,
    pools.ledger_code,
    pools.cost_pool_name,
    pools.treatment,
    pools.reason,
    pools.behaviour,
    pools.avoidable_ratio,
    pools.avoidability_months,
    pools.posting_count,
    coalesce(activities.activity_count, 0) as activity_count,
    pools.pool_amount_base_ccy,
    cast(
        coalesce(activities.allocatable_amount, 0) as decimal(18, 2)
    ) as allocatable_amount_base_ccy,
    cast(
        coalesce(pools.pool_amount_base_ccy - activities.allocatable_amount, 0)
        as decimal(18, 2)
    ) as unused_capacity_amount_base_ccy,
    cast(
        case
            when pools.treatment = 'sustaining' then pools.pool_amount_base_ccy else 0
        end as decimal(18, 2)
    ) as sustaining_amount_base_ccy,
    cast(
        case
            when pools.treatment = 'excluded' then pools.pool_amount_base_ccy else 0
        end as decimal(18, 2)
    ) as excluded_amount_base_ccy,
    cast(
        coalesce(activities.unallocated_amount, 0) as decimal(18, 2)
    ) as unallocated_amount_base_ccy,
    cast(
        case
            when pools.treatment = 'quarantined' then pools.pool_amount_base_ccy else 0
        end as decimal(18, 2)
    ) as quarantined_amount_base_ccy
from pools
left join activities using (entity_code, fiscal_period, cost_pool_code)
