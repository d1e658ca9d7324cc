-- Grain: one row per entity, fiscal period and cost object.
-- Packing and loading are one team's work.
with

task_minutes as (select * from {{ ref('int_task_minutes_assigned') }})

select
    entity_code,
    fiscal_period,
    'pack_minutes' as driver_code,
    cost_object_key,
    cast(sum(driver_qty) as bigint) as driver_qty
from task_minutes
where task_type in ('pack', 'load')
group by all
