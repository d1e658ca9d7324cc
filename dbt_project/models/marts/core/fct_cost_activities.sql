-- Grain: one row per entity, fiscal period, cost pool, carrying pool and activity.
-- The activity's part of the cost: by minutes over the capacity, or over the minutes
-- consumed where no capacity is known; a fixed share; or what a standard rate charges,
-- to the carrying pool's own cost. Of it, what the driver gives to no known customer
-- stays unallocated, and all of it where nothing drove the activity.
-- The fingerprint is of all that its allocated rows rest on beside the names: three
-- numbers, then the only text, so that no two read alike.
with

activities as (select * from {{ ref('int_cost_activities_driven') }}),

carried_costs as (
    select
        *,
        {{ amount_to_cents('carried_amount_base_ccy') }} as pool_cents
    from {{ ref('fct_carried_costs') }}
),

pool_parts as (
    select
        activities.* exclude (cost_pool_code), -- noqa: RF02
        carried_costs.cost_pool_code,
        carried_costs.carried_by_pool_code,
        carried_costs.behaviour,
        case
            when activities.share_qty is null then carried_costs.pool_cents
            else {{ cascade_share(
                'carried_costs.pool_cents', 'activities.running_share_qty',
                'activities.share_qty', '1000000'
            ) }}
        end as part_cents
    from activities
    inner join carried_costs
        on
            activities.ledger_code = carried_costs.ledger_code
            and activities.entity_code = carried_costs.entity_code
            and activities.fiscal_period = carried_costs.fiscal_period
            and activities.cost_pool_code = carried_costs.carried_by_pool_code
),

allocatable_parts as (
    select
        *,
        case
            when
                standard_rate_base_ccy is not null
                and cost_pool_code != carried_by_pool_code
                then 0
            when standard_rate_base_ccy is not null
                then (
                    cast({{ driver_units('standard_rate_base_ccy') }} as hugeint)
                    * total_driver_qty + 5000000000
                ) // 10000000000
            when limiting_qty is not null or consumed_qty > 0
                then {{ cascade_share(
                    'part_cents', 'running_consumed_qty', 'used_capacity_qty',
                    'coalesce(limiting_qty, consumed_qty)'
                ) }}
            when activity_position = 1 then part_cents
            else 0
        end as allocatable_cents
    from pool_parts
),

unallocated_parts as (
    select
        *,
        case
            when total_driver_qty = 0 then allocatable_cents
            else {{ cascade_share(
                'allocatable_cents', 'unattributed_driver_qty',
                'unattributed_driver_qty', 'total_driver_qty'
            ) }}
        end as unallocated_cents
    from allocatable_parts
)

select
    row_number() over (order by {{ activity_key() }}) as cost_activity_key,
    driver_month_key,
    {{ activity_key() }},
    behaviour,
    driver_code,
    driver_unit,
    capacity_worker_group,
    unit_minutes,
    standard_rate_base_ccy,
    driver_event_count,
    rejected_event_count,
    total_driver_qty,
    unattributed_driver_qty,
    limiting_qty as capacity_qty,
    case when limiting_qty is not null then used_capacity_qty end as used_capacity_qty,
    {{ cents_to_amount('part_cents') }} as assignable_amount_base_ccy,
    {{ cents_to_amount('allocatable_cents') }} as allocatable_amount_base_ccy,
    {{ cents_to_amount('unallocated_cents') }} as unallocated_amount_base_ccy,
    md5(concat_ws(
        '|', allocatable_cents, total_driver_qty, coalesce(events_hash, 0), behaviour
    )) as allocation_fingerprint
from unallocated_parts
