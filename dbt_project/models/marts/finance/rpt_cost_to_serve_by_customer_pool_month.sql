-- Grain: one row per customer, entity, fiscal period, cost pool, carrying
-- pool and activity.
with

level_costs as (
    select * from {{ ref('rpt_cost_to_serve_by_cost_level_pool_month') }}
)

select
    customer_id,
    entity_code,
    fiscal_period,
    cost_pool_code,
    carried_by_pool_code,
    activity_code,
    behaviour,
    cast(sum(driver_qty) as bigint) as driver_qty,
    cast(sum(cost_object_count) as bigint) as cost_object_count,
    cast(sum(allocated_amount_base_ccy) as decimal(18, 2)) as allocated_amount_base_ccy
from level_costs
group by all
