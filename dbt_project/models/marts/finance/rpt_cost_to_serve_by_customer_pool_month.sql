-- Grain: one row per customer, entity, fiscal period, cost pool, carrying
-- pool and activity.
-- Added up by number and named afterwards. Avoidable is what would go with the customer
-- within the months given; of a pool that moves in steps, the whole steps that nobody
-- else needs, by the row alone: of two rows it may be more or less than of each.
with

level_costs as (select * from {{ ref('fct_level_costs') }}),

activities as (select * from {{ ref('fct_cost_activities') }}),

cost_levels as (select * from {{ ref('int_cost_levels_enumerated') }}),

cost_pools as (select * from {{ ref('fct_cost_pools') }}),

numbered_costs as (
    select
        cost_levels.customer_id,
        level_costs.cost_activity_key,
        sum(level_costs.driver_qty) as driver_qty,
        sum(level_costs.cost_object_count) as cost_object_count,
        sum(level_costs.allocated_amount_base_ccy) as allocated_amount_base_ccy
    from level_costs
    inner join cost_levels using (cost_level_key)
    group by all
),

customer_costs as (
    select
        numbered_costs.customer_id,
        {{ activity_key('activities') }},
        activities.behaviour,
        numbered_costs.driver_qty,
        numbered_costs.cost_object_count,
        numbered_costs.allocated_amount_base_ccy,
        case
            when activities.cost_pool_code = activities.carried_by_pool_code
                then {{ step_units('activities', 'numbered_costs.driver_qty') }}
        end as step_units
    from numbered_costs
    inner join activities using (cost_activity_key)
    union all by name
    {{ direct_activity_costs(
        ref('fct_direct_costs'), ref('dim_cost_objects'), ['customer_id']
    ) }}
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
    cast(customer_costs.allocated_amount_base_ccy as decimal(18, 2))
        as allocated_amount_base_ccy,
    cast(customer_costs.step_units / cost_pools.step_qty as decimal(28, 9))
        as customer_step_qty,
    case
        when customer_step_qty is null then {{ rounded_part(
            'customer_costs.allocated_amount_base_ccy', 'cost_pools.avoidable_ratio'
        ) }}
        else {{ avoidable_steps_amount('cost_pools', 'customer_step_qty') }}
    end as avoidable_amount_base_ccy,
    cost_pools.avoidability_months
from customer_costs
left join cost_pools using (entity_code, fiscal_period, cost_pool_code)
