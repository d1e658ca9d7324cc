-- Grain: one row per entity, fiscal period and cost object.
-- A return is a positive count against the order line it came from, in the period the
-- goods came back.
with

return_lines as (select * from {{ ref('stg_wms__return_lines') }}),

warehouses as (select * from {{ ref('stg_wms__warehouses') }}),

cost_objects as (select * from {{ ref('int_cost_objects_enumerated') }}),

fiscal_days as (select * from {{ ref('int_fiscal_days') }}),

placed_returns as (
    select
        coalesce(warehouses.entity_code, cost_objects.entity_code) as entity_code,
        return_lines.received_date,
        coalesce(cost_objects.cost_object_key, 0) as cost_object_key
    from return_lines
    left join warehouses using (warehouse_id)
    left join cost_objects
        on
            return_lines.order_id = cost_objects.order_id
            and return_lines.order_line_no = cost_objects.line_no
)

select
    placed_returns.entity_code,
    fiscal_days.fiscal_period,
    'return_lines' as driver_code,
    placed_returns.cost_object_key,
    {{ driver_units('count(*)') }} as driver_qty
from placed_returns
inner join fiscal_days
    on
        placed_returns.entity_code = fiscal_days.entity_code
        and placed_returns.received_date = fiscal_days.calendar_date
group by all
