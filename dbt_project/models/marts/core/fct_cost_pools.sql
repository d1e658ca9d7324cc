-- Grain: one row per entity, fiscal period and cost pool.
-- What the activities that carry a pool do not take is unused capacity, negative where
-- more was used than planned; never clamped. What is not allocated at all stands under
-- the treatment of what carries it. Unallocated stay a service nobody used and a direct
-- posting that names nothing known.
with

pools as (select * from {{ ref('int_cost_pools_aggregated') }}),

carried_costs as (
    select
        entity_code,
        fiscal_period,
        cost_pool_code,
        {{ carried_by("'allocate', 'customer_sustaining', 'direct'") }}
            as assignable_amount,
        {{ carried_by("'service'") }} as unused_service_amount,
        {{ carried_by("'sustaining'") }} as sustaining_amount,
        {{ carried_by("'excluded'") }} as excluded_amount,
        {{ carried_by("'quarantined'") }} as quarantined_amount
    from {{ ref('fct_carried_costs') }}
    group by all
),

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
    union all
    select
        entity_code,
        fiscal_period,
        cost_pool_code,
        0 as activity_count,
        sum(allocated_amount_base_ccy) as allocatable_amount,
        coalesce(
            sum(allocated_amount_base_ccy) filter (where cost_object_key = 0), 0
        ) as unallocated_amount
    from {{ ref('fct_direct_costs') }}
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
        coalesce(activities.allocatable_amount, 0)
        + carried_costs.unused_service_amount as decimal(18, 2)
    ) as allocatable_amount_base_ccy,
    cast(
        carried_costs.assignable_amount - coalesce(activities.allocatable_amount, 0)
        as decimal(18, 2)
    ) as unused_capacity_amount_base_ccy,
    cast(
        carried_costs.sustaining_amount as decimal(18, 2)
    ) as sustaining_amount_base_ccy,
    cast(carried_costs.excluded_amount as decimal(18, 2)) as excluded_amount_base_ccy,
    cast(
        coalesce(activities.unallocated_amount, 0)
        + carried_costs.unused_service_amount as decimal(18, 2)
    ) as unallocated_amount_base_ccy,
    cast(
        carried_costs.quarantined_amount as decimal(18, 2)
    ) as quarantined_amount_base_ccy
from pools
inner join carried_costs using (entity_code, fiscal_period, cost_pool_code)
left join activities using (entity_code, fiscal_period, cost_pool_code)
