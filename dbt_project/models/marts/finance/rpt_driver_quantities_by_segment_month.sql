-- Grain: one row per entity, fiscal period, driver a plan names, and segment.
-- Customers count under their current segment, and all of them once more as `all`; what
-- has no known customer is `unattributed`. The running quantity shares amounts exactly.
with

driver_events as (select * from {{ ref('fct_activity_driver_events') }}),

cost_objects as (select * from {{ ref('dim_cost_objects') }}),

planned_drivers as (
    select distinct
        entity_code,
        fiscal_period,
        unnest([driver_code, volume_driver_code]) as driver_code
    from {{ ref('int_cost_plans_dated') }}
),

current_segments as (
    select * from {{ ref('dim_customer_segments') }}
    where is_current
),

segment_quantities as (
    select
        driver_events.entity_code,
        driver_events.fiscal_period,
        driver_events.driver_code,
        case
            when cost_objects.customer_id is null then 'unattributed'
            else coalesce(current_segments.segment_code, 'unassigned')
        end as segment_code,
        cast(sum(driver_events.driver_qty) as bigint) as driver_qty
    from driver_events
    semi join planned_drivers using (entity_code, fiscal_period, driver_code)
    inner join cost_objects using (cost_object_key)
    left join current_segments using (customer_id)
    group by all
),

running_quantities as (
    select
        *,
        sum(driver_qty) over running as running_driver_qty,
        sum(driver_qty) over in_driver as total_driver_qty
    from segment_quantities
    window
        in_driver as (partition by entity_code, fiscal_period, driver_code),
        running as (
            in_driver
            order by segment_code = 'unattributed', segment_code
            rows unbounded preceding
        )
)

select
    entity_code,
    fiscal_period,
    driver_code,
    segment_code,
    driver_qty,
    cast(running_driver_qty as bigint) as running_driver_qty,
    cast(total_driver_qty as bigint) as total_driver_qty
from running_quantities
union all
select
    entity_code,
    fiscal_period,
    driver_code,
    'all' as segment_code,
    cast(sum(driver_qty) as bigint) as driver_qty,
    cast(sum(driver_qty) as bigint) as running_driver_qty,
    cast(total_driver_qty as bigint) as total_driver_qty
from running_quantities
where segment_code != 'unattributed'
group by entity_code, fiscal_period, driver_code, total_driver_qty
