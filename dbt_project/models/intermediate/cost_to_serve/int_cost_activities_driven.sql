-- Grain: one row per ledger, entity, fiscal period, allocated cost pool and activity.
-- The activities in force on the pool's last posting of the period, with what drove
-- them and how they weigh in the pool: by minutes consumed, against the capacity where
-- there is one. An activity with a fixed share of the pool weighs by itself. Where
-- nothing was consumed the first activity stands for the pool.
with

pools as (
    select * from {{ ref('int_cost_pools_aggregated') }}
    where treatment in ('allocate', 'customer_sustaining')
),

driver_policy as (select * from {{ ref('int_activity_drivers_versioned') }}),

drivers as (select * from {{ ref('int_activity_drivers_totalled') }}),

capacities as (select * from {{ ref('int_capacity_minutes_chosen') }}),

adjusting_periods as (select * from {{ ref('int_adjusting_periods_found') }}),

consumed_activities as (
    select
        pools.ledger_code,
        pools.entity_code,
        pools.fiscal_period,
        pools.cost_pool_code,
        coalesce(driver_policy.activity_code, 'none') as activity_code,
        driver_policy.driver_code,
        driver_policy.driver_unit,
        driver_policy.capacity_worker_group,
        driver_policy.unit_minutes,
        drivers.driver_month_key,
        drivers.events_hash,
        -- Served and not posted to, a pool has no posting to trace a charge to; what
        -- drives an adjusting period was charged in the periods of its year.
        cast(
            driver_policy.standard_rate_base_ccy
            * if(adjusting_periods.fiscal_period is null, sign(pools.posting_count), 0)
            as decimal(18, 6)
        ) as standard_rate_base_ccy,
        {{ driver_units('driver_policy.resource_share') }} as share_qty,
        coalesce(drivers.event_count, 0) as driver_event_count,
        coalesce(drivers.rejected_event_count, 0) as rejected_event_count,
        coalesce(drivers.total_driver_qty, 0) as total_driver_qty,
        coalesce(drivers.unattributed_driver_qty, 0) as unattributed_driver_qty,
        {{ driver_units('capacities.practical_capacity_minutes') }} as capacity_qty,
        -- What is driven by something else than time uses the minutes worked.
        case
            when driver_policy.driver_unit = 'minutes'
                then coalesce(drivers.total_driver_qty, 0)
            when driver_policy.unit_minutes is not null
                then cast(round(
                    coalesce(drivers.total_driver_qty, 0) * driver_policy.unit_minutes
                ) as bigint)
            else {{ driver_units('capacities.productive_minutes') }}
        end as used_capacity_qty
    from pools
    left join driver_policy
        on
            pools.cost_pool_code = driver_policy.cost_pool_code
            and pools.last_posting_date >= driver_policy.valid_from
            and pools.last_posting_date < driver_policy.superseded_from
    left join drivers using (entity_code, fiscal_period, driver_code)
    left join capacities
        on
            driver_policy.capacity_worker_group = capacities.worker_group
            and pools.entity_code = capacities.entity_code
            and pools.fiscal_period = capacities.fiscal_period
    left join adjusting_periods
        on
            pools.entity_code = adjusting_periods.entity_code
            and pools.fiscal_period = adjusting_periods.fiscal_period
)

select
    ledger_code,
    entity_code,
    fiscal_period,
    cost_pool_code,
    activity_code,
    driver_code,
    driver_unit,
    capacity_worker_group,
    unit_minutes,
    standard_rate_base_ccy,
    share_qty,
    driver_month_key,
    events_hash,
    driver_event_count,
    rejected_event_count,
    total_driver_qty,
    unattributed_driver_qty,
    used_capacity_qty,
    sum(share_qty) over in_pool as running_share_qty,
    case
        when capacity_qty > 0 and used_capacity_qty is not null then capacity_qty
    end as limiting_qty,
    coalesce(sum(used_capacity_qty) over part, 0) as consumed_qty,
    coalesce(sum(used_capacity_qty) over in_part, 0) as running_consumed_qty,
    row_number() over in_part as activity_position
from consumed_activities
window
    part as (
        partition by
            ledger_code, entity_code, fiscal_period, cost_pool_code,
            case when share_qty is not null then activity_code end
    ),
    in_part as (part order by activity_code),
    in_pool as (
        partition by ledger_code, entity_code, fiscal_period, cost_pool_code
        order by activity_code
    )
