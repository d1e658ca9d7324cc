-- Grain: one row per customer, entity, fiscal period, cost pool, carrying
-- pool and activity.
-- Avoidable is what would go with the customer within the months given.
with

level_costs as (
    select * from {{ ref('rpt_cost_to_serve_by_cost_level_pool_month') }}
),

cost_pools as (select * from {{ ref('fct_cost_pools') }}),

customer_costs as (
    select
        customer_id,
        entity_code,
        fiscal_period,
        cost_pool_code,
        carried_by_pool_code,
        activity_code,
        behaviour,
        sum(driver_qty) as driver_qty,
        sum(cost_object_count) as cost_object_count,
        sum(allocated_amount_base_ccy) as allocated_amount
    from level_costs
    group by all
)

select
    customer_costs.customer_id,
    entity_code,
    fiscal_period,
    cost_pool_code,
    customer_costs.carried_by_pool_code,
    customer_costs.activity_code,
    customer_costs.behaviour,
    cast(customer_costs.driver_qty as bigint) as driver_qty,
    cast(customer_costs.cost_object_count as bigint) as cost_object_count,
    cast(customer_costs.allocated_amount as decimal(18, 2))
        as allocated_amount_base_ccy,
    cast(
        round(customer_costs.allocated_amount * cost_pools.avoidable_ratio, 2)
        as decimal(18, 2)
    ) as avoidable_amount_base_ccy,
    cost_pools.avoidability_months
from customer_costs
left join cost_pools using (entity_code, fiscal_period, cost_pool_code)
