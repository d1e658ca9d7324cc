-- Grain: one row per entity, fiscal period and cost object.
-- Cubic metres shipped: the shipment line's own, else the ordered volume pro rata.
with

shipped_lines as (select * from {{ ref('int_shipment_lines_weighted') }}),

shipment_lines as (select * from {{ ref('stg_tms__shipment_lines') }}),

order_lines as (select * from {{ ref('int_order_lines_converted') }}),

cost_objects as (select * from {{ ref('int_cost_objects_enumerated') }}),

fiscal_days as (select * from {{ ref('int_fiscal_days') }})

select
    shipped_lines.entity_code,
    fiscal_days.fiscal_period,
    'volume_m3' as driver_code,
    coalesce(cost_objects.cost_object_key, 0) as cost_object_key,
    cast(sum({{ driver_units(
        'coalesce(
            shipment_lines.volume_m3,
            cast(
                order_lines.volume_m3 * shipped_lines.shipped_qty
                / nullif(order_lines.ordered_qty, 0) as decimal(18, 6)
            )
        )'
    ) }}) as bigint) as driver_qty
from shipped_lines
inner join shipment_lines using (shipment_id, order_id, line_no)
inner join fiscal_days
    on
        shipped_lines.entity_code = fiscal_days.entity_code
        and shipped_lines.shipped_date = fiscal_days.calendar_date
left join order_lines
    on
        shipped_lines.order_id = order_lines.order_id
        and shipped_lines.line_no = order_lines.line_no
left join cost_objects
    on
        shipped_lines.order_id = cost_objects.order_id
        and shipped_lines.line_no = cost_objects.line_no
group by all
having sum(coalesce(shipment_lines.volume_m3, order_lines.volume_m3)) is not null
