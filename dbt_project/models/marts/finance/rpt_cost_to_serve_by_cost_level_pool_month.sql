-- Grain: one row per customer, cost level, entity, fiscal period, cost pool, carrying
-- pool and activity.
-- Added up from the allocated rows themselves, never from the pools, so that a lost
-- row shows as a variance; by number first and named afterwards, as there are ten
-- times as many rows.
with

cost_rows as (select * from {{ ref('fct_cost_to_serve') }}),

activities as (select * from {{ ref('fct_cost_activities') }}),

cost_levels as (select * from {{ ref('int_cost_levels_enumerated') }}),

driven_costs as (
    select
        cost_level_key,
        cost_activity_key,
        sum(driver_qty) as driver_qty,
        count(*) as cost_object_count,
        sum(allocated_amount_base_ccy) as allocated_amount
    from cost_rows
    where cost_activity_key is not null
    group by all
),

direct_costs as (
    select
        cost_level_key,
        entity_code,
        fiscal_period,
        cost_pool_code,
        carried_by_pool_code,
        activity_code,
        behaviour,
        count(*) as cost_object_count,
        sum(allocated_amount_base_ccy) as allocated_amount
    from cost_rows
    where cost_activity_key is null
    group by all
),

named_costs as (
    select
        driven_costs.cost_level_key,
        activities.entity_code,
        activities.fiscal_period,
        activities.cost_pool_code,
        activities.carried_by_pool_code,
        activities.activity_code,
        activities.behaviour,
        driven_costs.driver_qty,
        driven_costs.cost_object_count,
        driven_costs.allocated_amount
    from driven_costs
    inner join activities using (cost_activity_key)
    union all by name
    select * from direct_costs
)

select
    cost_levels.customer_id,
    cost_levels.cost_level_id,
    named_costs.entity_code,
    named_costs.fiscal_period,
    named_costs.cost_pool_code,
    named_costs.carried_by_pool_code,
    named_costs.activity_code,
    named_costs.behaviour,
    cast(named_costs.driver_qty as bigint) as driver_qty,
    named_costs.cost_object_count,
    cast(named_costs.allocated_amount as decimal(18, 2)) as allocated_amount_base_ccy
from named_costs
inner join cost_levels using (cost_level_key)
