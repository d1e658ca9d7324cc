-- Grain: one row per ledger, entity, fiscal period and cost pool.
-- Each pool with the quantities that drive it and the capacity that limits it: the
-- driver in force on the pool's last posting of the period.
with

pools as (select * from {{ ref('int_cost_pools_aggregated') }}),

driver_policy as (
    select
        *,
        lead(valid_from, 1, cast('9999-12-31' as date)) over (
            partition by cost_pool_code order by valid_from
        ) as superseded_from
    from {{ ref('policy_activity_drivers') }}
),

drivers as (select * from {{ ref('int_activity_drivers_totalled') }}),

capacities as (select * from {{ ref('int_capacity_minutes_aggregated') }})

select
    pools.ledger_code,
    pools.entity_code,
    pools.fiscal_period,
    pools.cost_pool_code,
    pools.cost_pool_name,
    pools.treatment,
    pools.reason,
    pools.behaviour,
    pools.activity_code,
    pools.posting_count,
    pools.pool_amount_base_ccy,
    driver_policy.driver_code,
    driver_policy.driver_unit,
    driver_policy.capacity_worker_group,
    pools.treatment in ('allocate', 'customer_sustaining') as is_allocated,
    {{ amount_to_cents('pools.pool_amount_base_ccy') }} as pool_cents,
    coalesce(drivers.event_count, 0) as driver_event_count,
    coalesce(drivers.total_driver_qty, 0) as total_driver_qty,
    coalesce(drivers.unattributed_driver_qty, 0) as unattributed_driver_qty,
    coalesce(drivers.rejected_event_count, 0) as rejected_event_count,
    {{ driver_units('capacities.practical_capacity_minutes') }} as capacity_qty,
    -- A pool driven by something else than time uses the minutes worked.
    case
        when driver_policy.driver_unit = 'minutes'
            then coalesce(drivers.total_driver_qty, 0)
        else {{ driver_units('capacities.productive_minutes') }}
    end as used_capacity_qty
from pools
left join driver_policy
    on
        pools.cost_pool_code = driver_policy.cost_pool_code
        and pools.last_posting_date >= driver_policy.valid_from
        and pools.last_posting_date < driver_policy.superseded_from
left join drivers
    on
        pools.entity_code = drivers.entity_code
        and pools.fiscal_period = drivers.fiscal_period
        and driver_policy.driver_code = drivers.driver_code
left join capacities
    on
        driver_policy.capacity_worker_group = capacities.worker_group
        and pools.entity_code = capacities.entity_code
        and pools.fiscal_period = capacities.fiscal_period
