-- Grain: one row per customer, cost level, entity, fiscal period, cost pool, carrying
-- pool and activity.
-- Added up from the allocated rows themselves, never from the pools, so that a lost
-- row shows as a variance.
with

cost_rows as (select * from {{ ref('fct_cost_to_serve') }})

select
    customer_id,
    cost_level_id,
    entity_code,
    fiscal_period,
    cost_pool_code,
    carried_by_pool_code,
    activity_code,
    behaviour,
    cast(sum(driver_qty) as bigint) as driver_qty,
    count(*) as cost_object_count,
    cast(sum(allocated_amount_base_ccy) as decimal(18, 2)) as allocated_amount_base_ccy
from cost_rows
group by all
