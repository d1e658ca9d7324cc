-- Grain: one row per entity, fiscal period and cost object.
with

task_minutes as (select * from {{ ref('int_task_minutes_assigned') }})

select
    entity_code,
    fiscal_period,
    'pick_minutes' as driver_code,
    cost_object_key,
    driver_qty
from task_minutes
where task_type = 'pick'
