-- Grain: one row per cost level and activity.
-- Added up from allocated rows, never from the pools, so that a lost row shows as a
-- variance. Numbers stand for names: there are millions of rows, and few names.
-- What has the fingerprint it had in the release in force has the rows it had there and
-- is not allocated again; publishing compares both with fct_cost_to_serve.
with

drivers as (select * from {{ ref('int_activity_drivers_accumulated') }}),

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
)

select
    cost_level_key,
    cost_activity_key,
    cast(driver_qty as bigint) as driver_qty,
    cost_object_count,
    {{ cents_to_amount('allocated_cents') }} as allocated_amount_base_ccy
from allocated_costs
union all
select
    cost_levels.cost_level_key,
    activities.cost_activity_key,
    former_costs.driver_qty,
    former_costs.cost_object_count,
    former_costs.allocated_amount_base_ccy
from former_costs
inner join activities using ({{ activity_key() }})
inner join cost_levels using (customer_id, cost_level_id)
where activities.is_taken_over
