-- Grain: one row per entity, fiscal period and cost pool.
-- What the activities that carry a pool do not take is unused capacity, negative where
-- more was used than planned; never clamped. What is not allocated at all stands under
-- the treatment of what carries it. Unallocated stay a service nobody used and a direct
-- posting that names nothing known. A pool that moves in steps of a known size had as
-- many whole ones in use as were needed, and no more than its capacity supplied.
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
),

-- Use and capacity of the pools that move in steps of a known size, in steps.
stepped_pools as (
    select
        activities.entity_code,
        activities.fiscal_period,
        activities.cost_pool_code,
        sum({{ step_units('activities', 'activities.total_driver_qty') }})
        / any_value(pools.step_qty) as used_qty,
        any_value(activities.capacity_qty) * case
            when
                bool_and(
                    activities.driver_unit = 'minutes'
                    or activities.unit_minutes is not null
                )
                then 0.000001 / any_value(pools.step_qty)
            -- By the units that were handled in the minutes worked.
            else used_qty / nullif(sum(activities.used_capacity_qty), 0)
        end as capacity_qty
    from {{ ref('fct_cost_activities') }} as activities
    inner join pools using (entity_code, fiscal_period, cost_pool_code)
    where
        pools.step_qty is not null
        and activities.cost_pool_code = activities.carried_by_pool_code
    group by all
),

pool_steps as (
    select
        entity_code,
        fiscal_period,
        cost_pool_code,
        cast(used_qty as decimal(28, 9)) as used_step_qty,
        if(used_qty > 0, greatest({{ whole_steps('used_step_qty') }}, 1), 0)
            as needed_count,
        if(
            capacity_qty is null, needed_count,
            greatest({{ whole_steps('capacity_qty') }}, 1)
        ) as supplied_step_count,
        least(needed_count, supplied_step_count) as step_count
    from stepped_pools
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
    pools.step_qty,
    pool_steps.used_step_qty,
    pool_steps.step_count,
    pool_steps.supplied_step_count,
    cast(
        carried_costs.assignable_amount / nullif(pool_steps.supplied_step_count, 0)
        as decimal(28, 12)
    ) as step_amount_base_ccy,
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
left join pool_steps using (entity_code, fiscal_period, cost_pool_code)
