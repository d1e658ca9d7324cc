-- Grain: one row per task type, entity, fiscal period and cost object.
-- The ledger of the warehouse pays for a task. A task known per order only is spread
-- evenly over the order's lines; one that no order line answers to goes to object 0.
with

tasks as (select * from {{ ref('stg_wms__tasks') }}),

warehouses as (select * from {{ ref('stg_wms__warehouses') }}),

cost_objects as (select * from {{ ref('int_cost_objects_enumerated') }}),

order_lines as (select * from {{ ref('int_order_lines_positioned') }}),

fiscal_days as (select * from {{ ref('int_fiscal_days') }}),

dated_tasks as (
    select
        tasks.task_type,
        warehouses.entity_code,
        fiscal_days.fiscal_period,
        tasks.order_id,
        tasks.line_no,
        sum({{ driver_units('tasks.duration_minutes') }}) as driver_qty
    from tasks
    left join warehouses using (warehouse_id)
    left join fiscal_days
        on
            warehouses.entity_code = fiscal_days.entity_code
            and tasks.started_date = fiscal_days.calendar_date
    where tasks.duration_minutes is not null
    group by all
),

assigned_minutes as (
    select
        dated_tasks.task_type,
        dated_tasks.entity_code,
        dated_tasks.fiscal_period,
        coalesce(cost_objects.cost_object_key, 0) as cost_object_key,
        dated_tasks.driver_qty
    from dated_tasks
    left join cost_objects using (order_id, line_no)
    where dated_tasks.line_no is not null or dated_tasks.order_id is null
    union all
    -- One row per order becomes one per line.
    select
        dated_tasks.task_type,
        dated_tasks.entity_code,
        dated_tasks.fiscal_period,
        coalesce(order_lines.cost_object_key, 0) as cost_object_key,
        coalesce(
            {{ cascade_share(
                'dated_tasks.driver_qty',
                'order_lines.line_position', '1', 'order_lines.order_line_count'
            ) }},
            dated_tasks.driver_qty
        ) as driver_qty
    from dated_tasks
    left join order_lines using (order_id)
    where dated_tasks.line_no is null and dated_tasks.order_id is not null
)

select
    task_type,
    coalesce(entity_code, 'unknown') as entity_code,
    coalesce(fiscal_period, 'unknown') as fiscal_period,
    cost_object_key,
    cast(sum(driver_qty) as bigint) as driver_qty
from assigned_minutes
group by all
