-- Grain: one row per entity, fiscal period and cost pool.
with

cost_pools as (select * from {{ ref('int_cost_pools_split') }})

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
    capacity_qty,
    used_capacity_qty,
    pool_amount_base_ccy,
    allocatable_amount_base_ccy,
    unused_capacity_amount_base_ccy,
    unallocated_amount_base_ccy
from cost_pools
