-- Grain: one row per customer, cost level, entity, fiscal period, cost pool, carrying
-- pool and activity.
-- A view: the numbers are stored once, and named where they are asked for.
with

level_costs as (select * from {{ ref('fct_level_costs') }}),

activities as (select * from {{ ref('fct_cost_activities') }}),

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
{{ direct_activity_costs(
    ref('fct_direct_costs'), ref('dim_cost_objects'), ['customer_id', 'cost_level_id']
) }}
