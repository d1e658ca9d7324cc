-- Grain: one row per entity, fiscal period and cost pool.
-- Capacity first: pool times used over practical minutes is allocatable, the rest is
-- unused capacity, negative where more was used than planned; never clamped. Then the
-- share of drivers without a customer, or all of it where nothing drives the pool,
-- stays unallocated. What is not allocated at all stands under its treatment.
with

pool_drivers as (select * from {{ ref('int_cost_pools_driven') }}),

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
    entity_code,
    fiscal_period,
    cost_pool_code,
    ledger_code,
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
    cast(
        case when treatment = 'sustaining' then pool_amount_base_ccy else 0 end
        as decimal(18, 2)
    ) as sustaining_amount_base_ccy,
    cast(
        case when treatment = 'excluded' then pool_amount_base_ccy else 0 end
        as decimal(18, 2)
    ) as excluded_amount_base_ccy,
    {{ cents_to_amount('unallocated_cents') }} as unallocated_amount_base_ccy,
    cast(
        case when treatment = 'quarantined' then pool_amount_base_ccy else 0 end
        as decimal(18, 2)
    ) as quarantined_amount_base_ccy
from unallocated_split
