-- Grain: one row per ledger, entity, fiscal period and cost pool.
-- Capacity first: pool times used over practical minutes is allocatable, the rest is
-- unused capacity, negative where more was used than planned; never clamped. Then the
-- share of drivers without a customer, or all of it where nothing drives the pool,
-- stays unallocated.
with

pools as (select * from {{ ref('int_cost_pools_aggregated') }}),

driver_policy as (select * from {{ ref('policy_activity_drivers') }}),

drivers as (select * from {{ ref('int_activity_drivers_totalled') }}),

capacities as (select * from {{ ref('int_capacity_minutes_aggregated') }}),

pool_drivers as (
    select
        pools.*,
        driver_policy.driver_code,
        driver_policy.driver_unit,
        driver_policy.capacity_worker_group,
        pools.treatment in ('allocate', 'customer_sustaining') as is_allocated,
        cast(pools.pool_amount_base_ccy * 100 as hugeint) as pool_cents,
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
    left join driver_policy using (cost_pool_code)
    left join drivers using (entity_code, fiscal_period, driver_code)
    left join capacities
        on
            driver_policy.capacity_worker_group = capacities.worker_group
            and pools.entity_code = capacities.entity_code
            and pools.fiscal_period = capacities.fiscal_period
),

capacity_split as (
    select
        *,
        case
            when not is_allocated then 0
            when capacity_qty > 0 and used_capacity_qty is not null
                then {{ cascade_share(
                    'pool_cents', 'used_capacity_qty', 'used_capacity_qty',
                    'capacity_qty'
                ) }}
            else pool_cents
        end as allocatable_cents
    from pool_drivers
),

unallocated_split as (
    select
        *,
        case
            when total_driver_qty = 0 then allocatable_cents
            else {{ cascade_share(
                'allocatable_cents', 'unattributed_driver_qty',
                'unattributed_driver_qty', 'total_driver_qty'
            ) }}
        end as unallocated_cents
    from capacity_split
)

select
    ledger_code,
    entity_code,
    fiscal_period,
    cost_pool_code,
    cost_pool_name,
    treatment,
    reason,
    behaviour,
    activity_code,
    driver_code,
    driver_unit,
    capacity_worker_group,
    posting_count,
    driver_event_count,
    rejected_event_count,
    total_driver_qty,
    unattributed_driver_qty,
    case when is_allocated then capacity_qty end as capacity_qty,
    case
        when is_allocated and capacity_qty > 0 then used_capacity_qty
    end as used_capacity_qty,
    pool_amount_base_ccy,
    {{ cents_to_amount('allocatable_cents') }} as allocatable_amount_base_ccy,
    {{ cents_to_amount(
        'case when is_allocated then pool_cents - allocatable_cents else 0 end'
    ) }} as unused_capacity_amount_base_ccy,
    {{ cents_to_amount('unallocated_cents') }} as unallocated_amount_base_ccy
from unallocated_split
