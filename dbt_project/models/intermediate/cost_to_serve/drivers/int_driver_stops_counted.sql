-- Grain: one row per entity, fiscal period and cost object.
-- Delivery stops of a shipment, spread evenly over the order lines it carried; a stop
-- of a shipment without lines goes to object 0.
with

stops as (select * from {{ ref('stg_tms__stops') }}),

shipments as (select * from {{ ref('stg_tms__shipments') }}),

shipped_lines as (select * from {{ ref('int_shipment_lines_weighted') }}),

cost_objects as (select * from {{ ref('int_cost_objects_enumerated') }}),

fiscal_days as (select * from {{ ref('int_fiscal_days') }}),

shipment_stops as (
    select
        shipment_id,
        count(*) as stop_count
    from stops
    group by shipment_id
),

stopped_lines as (
    select
        shipment_stops.shipment_id,
        shipment_stops.stop_count,
        coalesce(shipped_lines.entity_code, shipments.entity_code) as entity_code,
        shipments.shipped_date,
        coalesce(cost_objects.cost_object_key, 0) as cost_object_key,
        row_number() over (
            partition by shipment_stops.shipment_id
            order by shipped_lines.order_id, shipped_lines.line_no
        ) as line_position,
        count(*) over (partition by shipment_stops.shipment_id) as shipment_line_count
    from shipment_stops
    inner join shipments using (shipment_id)
    left join shipped_lines using (shipment_id)
    left join cost_objects using (order_id, line_no)
)

select
    stopped_lines.entity_code,
    fiscal_days.fiscal_period,
    'stops' as driver_code,
    stopped_lines.cost_object_key,
    cast(sum({{ cascade_share(
        driver_units('stopped_lines.stop_count'),
        'stopped_lines.line_position', '1', 'stopped_lines.shipment_line_count'
    ) }}) as bigint) as driver_qty
from stopped_lines
inner join fiscal_days
    on
        stopped_lines.entity_code = fiscal_days.entity_code
        and stopped_lines.shipped_date = fiscal_days.calendar_date
group by all
