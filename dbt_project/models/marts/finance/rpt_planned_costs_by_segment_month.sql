-- Grain: one row per plan, entity, fiscal period, cost pool, activity and segment.
-- The standards in force beside what came: volume, driver quantity, cost, and the same
-- cost shared by the plan's driver where the pool goes by another. A plan without a
-- volume is a target at the volume that came; what nobody counted is null.
with

cost_plans as (select * from {{ ref('int_cost_plans_dated') }}),

activities as (
    select * from {{ ref('fct_cost_activities') }}
    where cost_pool_code = carried_by_pool_code
),

current_segments as (
    select * from {{ ref('dim_customer_segments') }}
    where is_current
),

quantities as (
    select
        *,
        cast(driver_qty * 0.000001 as decimal(28, 6)) as unit_qty
    from {{ ref('rpt_driver_quantities_by_segment_month') }}
),

-- Each customer counts for its segment and for `all`.
customer_costs as (
    select
        customer_costs.*,
        unnest([coalesce(current_segments.segment_code, 'unassigned'), 'all'])
            as segment_code
    from {{ ref('rpt_cost_to_serve_by_customer_pool_month') }} as customer_costs
    left join current_segments using (customer_id)
    where customer_costs.cost_pool_code = customer_costs.carried_by_pool_code
),

borne as (
    select
        entity_code,
        fiscal_period,
        cost_pool_code,
        activity_code,
        segment_code,
        cast(sum(allocated_amount_base_ccy) as decimal(18, 2)) as amount
    from customer_costs
    group by all
)

select
    cost_plans.plan_code,
    cost_plans.entity_code,
    cost_plans.fiscal_period,
    cost_plans.cost_pool_code,
    cost_plans.activity_code,
    cost_plans.segment_code,
    cost_plans.volume_unit,
    coalesce(cost_plans.volume_qty, volumes.unit_qty) as planned_volume_qty,
    volumes.unit_qty as actual_volume_qty,
    cost_plans.driver_code,
    activities.driver_code as actual_driver_code,
    cost_plans.driver_qty_per_volume,
    drivers.unit_qty as actual_driver_qty,
    cost_plans.rate_base_ccy_per_driver,
    coalesce(borne.amount, 0) as actual_amount_base_ccy,
    case
        when activities.driver_code = cost_plans.driver_code
            then coalesce(borne.amount, 0)
        else {{ cents_to_amount(cascade_share(
            amount_to_cents('activities.allocatable_amount_base_ccy'),
            'drivers.running_driver_qty', 'drivers.driver_qty',
            'drivers.total_driver_qty'
        )) }}
    end as plan_method_amount_base_ccy
from cost_plans
left join activities
    on
        cost_plans.entity_code = activities.entity_code
        and cost_plans.fiscal_period = activities.fiscal_period
        and cost_plans.cost_pool_code = activities.cost_pool_code
        and cost_plans.activity_code = activities.activity_code
left join quantities as drivers
    on
        cost_plans.entity_code = drivers.entity_code
        and cost_plans.fiscal_period = drivers.fiscal_period
        and cost_plans.driver_code = drivers.driver_code
        and cost_plans.segment_code = drivers.segment_code
left join quantities as volumes
    on
        cost_plans.entity_code = volumes.entity_code
        and cost_plans.fiscal_period = volumes.fiscal_period
        and cost_plans.volume_driver_code = volumes.driver_code
        and cost_plans.segment_code = volumes.segment_code
left join borne
    on
        cost_plans.entity_code = borne.entity_code
        and cost_plans.fiscal_period = borne.fiscal_period
        and cost_plans.cost_pool_code = borne.cost_pool_code
        and cost_plans.activity_code = borne.activity_code
        and cost_plans.segment_code = borne.segment_code
