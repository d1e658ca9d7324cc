-- Grain: one row per plan, entity, fiscal period, cost pool, activity and segment.
-- The standards of policy_cost_plans in each period with cost: those for the entity
-- before those for all, those for the period before those for any, and of these the
-- last that has begun when the period ends. A budget covers its pools whole: of what
-- they did beside the activities it names, nothing was planned.
with

cost_plans as (select * from {{ ref('policy_cost_plans') }}),

pools as (select * from {{ ref('int_cost_pools_aggregated') }}),

budgeted_pools as (
    select
        * exclude (budget_version),
        budget_version as plan_code
    from {{ ref('int_budgeted_pools_compared') }}
),

driven_activities as (
    select * from {{ ref('int_cost_activities_driven') }}
    where total_driver_qty > 0
),

fiscal_days as (select * from {{ ref('int_fiscal_days') }}),

costed_periods as (
    select
        entity_code,
        fiscal_period,
        max(fiscal_days.calendar_date) as last_date
    from fiscal_days
    semi join pools using (entity_code, fiscal_period)
    group by all
),

planned_activities as (
    select
        cost_plans.plan_code,
        costed_periods.entity_code,
        costed_periods.fiscal_period,
        cost_plans.cost_pool_code,
        cost_plans.activity_code,
        coalesce(cost_plans.segment_code, 'all') as segment_code,
        coalesce(cost_plans.volume_driver_code, cost_plans.driver_code)
            as volume_driver_code,
        coalesce(
            cost_plans.volume_unit,
            cost_plans.volume_driver_code,
            cost_plans.driver_code
        ) as volume_unit,
        cost_plans.volume_qty,
        cost_plans.driver_code,
        coalesce(cost_plans.driver_qty_per_volume, 1) as driver_qty_per_volume,
        cost_plans.rate_base_ccy_per_driver
    from cost_plans
    inner join costed_periods
        on
            costed_periods.entity_code
            = coalesce(cost_plans.entity_code, costed_periods.entity_code)
            and costed_periods.fiscal_period
            = coalesce(cost_plans.fiscal_period, costed_periods.fiscal_period)
            and cost_plans.valid_from <= costed_periods.last_date
    qualify row_number() over (
        partition by
            cost_plans.plan_code,
            costed_periods.entity_code,
            costed_periods.fiscal_period,
            cost_plans.cost_pool_code,
            cost_plans.activity_code,
            cost_plans.segment_code
        order by
            cost_plans.entity_code nulls last,
            cost_plans.fiscal_period nulls last,
            cost_plans.valid_from desc
    ) = 1
)

select * from planned_activities
union all
select
    plan_code,
    entity_code,
    fiscal_period,
    cost_pool_code,
    driven_activities.activity_code,
    'all' as segment_code,
    driven_activities.driver_code as volume_driver_code,
    driven_activities.driver_code as volume_unit,
    0 as volume_qty,
    driven_activities.driver_code,
    1 as driver_qty_per_volume,
    cast(null as decimal(18, 6)) as rate_base_ccy_per_driver
from driven_activities
inner join budgeted_pools using (entity_code, fiscal_period, cost_pool_code)
semi join planned_activities as planned_pools
    using (plan_code, entity_code, fiscal_period, cost_pool_code)
anti join planned_activities
    using (plan_code, entity_code, fiscal_period, cost_pool_code, activity_code)
