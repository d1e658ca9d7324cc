-- Grain: one row per entity, fiscal period and worker group.
with

labor_hours as (select * from {{ ref('stg_wms__labor_hours') }}),

warehouses as (select * from {{ ref('stg_wms__warehouses') }})

select
    coalesce(warehouses.entity_code, 'unknown') as entity_code,
    labor_hours.fiscal_period,
    labor_hours.worker_group,
    sum(labor_hours.practical_capacity_minutes) as practical_capacity_minutes,
    sum(labor_hours.productive_minutes) as productive_minutes
from labor_hours
left join warehouses using (warehouse_id)
group by all
