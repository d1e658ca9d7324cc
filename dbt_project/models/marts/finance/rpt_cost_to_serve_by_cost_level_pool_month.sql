-- Grain: one row per customer, cost level, entity, fiscal period, cost pool, carrying
-- pool and activity.
-- A view: the numbers are stored once, and named where they are asked for.
with

level_costs as (select * from {{ ref('fct_level_costs') }}),

direct_costs as (select * from {{ ref('fct_direct_costs') }}),

activities as (select * from {{ ref('fct_cost_activities') }}),

cost_objects as (select * from {{ ref('dim_cost_objects') }}),

cost_levels as (select * from {{ ref('int_cost_levels_enumerated') }})

select
    cost_levels.customer_id,
    cost_levels.cost_level_id,
    {{ activity_key('activities') }},
    activities.behaviour,
    level_costs.driver_qty,
    level_costs.cost_object_count,
    level_costs.allocated_amount_base_ccy
from level_costs
inner join activities using (cost_activity_key)
inner join cost_levels using (cost_level_key)
union all
select
    cost_objects.customer_id,
    cost_objects.cost_level_id,
    direct_costs.entity_code,
    direct_costs.fiscal_period,
    direct_costs.cost_pool_code,
    direct_costs.cost_pool_code as carried_by_pool_code,
    'direct' as activity_code,
    direct_costs.behaviour,
    cast(null as bigint) as driver_qty,
    count(*) as cost_object_count,
    cast(sum(direct_costs.allocated_amount_base_ccy) as decimal(18, 2))
        as allocated_amount_base_ccy
from direct_costs
inner join cost_objects using (cost_object_key)
where cost_object_key != 0
group by all
