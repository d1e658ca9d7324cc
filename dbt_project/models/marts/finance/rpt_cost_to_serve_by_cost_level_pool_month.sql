-- Grain: one row per customer, cost level, entity, fiscal period, cost pool, carrying
-- pool and activity.
-- Added up from allocated rows, never from the pools, so that a lost row shows as a
-- variance; by number first and named afterwards, as there are ten times as many rows.
-- What has the fingerprint it had in the release in force has the rows it had there and
-- is not allocated again; publishing compares both with fct_cost_to_serve.
with

drivers as (select * from {{ ref('int_activity_drivers_accumulated') }}),

direct_costs as (select * from {{ ref('fct_direct_costs') }}),

cost_objects as (select * from {{ ref('dim_cost_objects') }}),

cost_levels as (select * from {{ ref('int_cost_levels_enumerated') }}),

former_activities as (select * from {{ ref('stg_refresh__previous_cost_activities') }}),

former_costs as (select * from {{ ref('stg_refresh__previous_cost_levels') }}),

activities as (
    select
        activities.*,
        {{ amount_to_cents('activities.allocatable_amount_base_ccy') }}
            as allocatable_cents,
        former_activities.allocation_fingerprint is not null as is_taken_over
    from {{ ref('fct_cost_activities') }} as activities
    left join former_activities
        using ({{ activity_key() }}, allocation_fingerprint)
),

allocated_costs as (
    select
        cost_objects.cost_level_key,
        activities.cost_activity_key,
        sum(drivers.driver_qty) as driver_qty,
        count(*) as cost_object_count,
        sum({{ cascade_share(
            'activities.allocatable_cents', 'drivers.running_driver_qty',
            'drivers.driver_qty', 'activities.total_driver_qty'
        ) }}) as allocated_cents
    from drivers
    inner join activities using (driver_month_key)
    inner join cost_objects using (cost_object_key)
    where
        drivers.driver_qty > 0
        and drivers.cost_object_key != 0
        and not activities.is_taken_over
    group by all
),

level_costs as (
    select
        allocated_costs.cost_level_key,
        {{ activity_key('activities') }},
        activities.behaviour,
        allocated_costs.driver_qty,
        allocated_costs.cost_object_count,
        {{ cents_to_amount('allocated_costs.allocated_cents') }} as allocated_amount
    from allocated_costs
    inner join activities using (cost_activity_key)
    union all
    select
        cost_objects.cost_level_key,
        direct_costs.entity_code,
        direct_costs.fiscal_period,
        direct_costs.cost_pool_code,
        direct_costs.cost_pool_code as carried_by_pool_code,
        'direct' as activity_code,
        direct_costs.behaviour,
        cast(null as bigint) as driver_qty,
        count(*) as cost_object_count,
        sum(direct_costs.allocated_amount_base_ccy) as allocated_amount
    from direct_costs
    inner join cost_objects using (cost_object_key)
    where cost_object_key != 0
    group by all
)

select
    cost_levels.customer_id,
    cost_levels.cost_level_id,
    {{ activity_key('level_costs') }},
    level_costs.behaviour,
    cast(level_costs.driver_qty as bigint) as driver_qty,
    level_costs.cost_object_count,
    cast(level_costs.allocated_amount as decimal(18, 2)) as allocated_amount_base_ccy
from level_costs
inner join cost_levels using (cost_level_key)
union all
select
    former_costs.customer_id,
    former_costs.cost_level_id,
    {{ activity_key() }},
    former_costs.behaviour,
    former_costs.driver_qty,
    former_costs.cost_object_count,
    former_costs.allocated_amount_base_ccy
from former_costs
inner join activities using ({{ activity_key() }})
where activities.is_taken_over
