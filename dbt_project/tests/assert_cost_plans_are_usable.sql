-- A plan for an entity with cost names a pool and an activity of policy, and drivers
-- that are counted or stated: a misspelt one would compare its standard with nothing.
-- Plans for other entities are nobody's, such as the default ones in another company.
{{ config(meta={'policy': 'policy_cost_plans'}) }}
with

costed_pools as (select * from {{ ref('int_cost_pools_aggregated') }}),

pools as (select * from {{ ref('policy_cost_pools') }}),

activities as (select * from {{ ref('policy_activity_drivers') }}),

known_drivers as (
    select driver_code from {{ counted_drivers() }}
    union
    select driver_code from {{ ref('policy_driver_quantities') }}
),

cost_plans as (
    select * from {{ ref('policy_cost_plans') }}
    where
        entity_code is null
        or entity_code in (select costed_pools.entity_code from costed_pools)
),

judged as (
    select
        plan_code,
        entity_code,
        cost_pool_code,
        activity_code,
        case
            when
                cost_pool_code not in (select pools.cost_pool_code from pools)
                then
                    'cost_pool_code ' || cost_pool_code
                    || ' is not in policy_cost_pools'
            when
                cost_pool_code in (select activities.cost_pool_code from activities)
                and (cost_pool_code, activity_code) not in (
                    select (activities.cost_pool_code, activities.activity_code)
                    from activities
                )
                then
                    'activity_code ' || activity_code || ' is no activity of '
                    || cost_pool_code || ' in policy_activity_drivers'
            when
                driver_code not in (select known_drivers.driver_code from known_drivers)
                then
                    'driver_code ' || driver_code
                    || ' is not counted (docs/cost_model.md lists drivers)'
            when
                volume_driver_code not in (
                    select known_drivers.driver_code from known_drivers
                )
                then
                    'volume_driver_code ' || volume_driver_code
                    || ' is not counted (docs/cost_model.md lists drivers)'
        end as problem
    from cost_plans
)

select
    plan_code,
    entity_code,
    cost_pool_code,
    activity_code,
    problem
from judged
where problem is not null
