-- Grain: one row per entity, fiscal period, driver and cost object.
-- Shipments, expedited ones, their stops and kilometres, each spread evenly over the
-- order lines carried; of a shipment without lines they go to object 0.
with

driver_policy as (select * from {{ ref('policy_activity_drivers') }}),

stops as (select * from {{ ref('stg_tms__stops') }}),

shipments as (select * from {{ ref('stg_tms__shipments') }}),

shipped_lines as (select * from {{ ref('int_shipment_lines_weighted') }}),

cost_objects as (select * from {{ ref('int_cost_objects_enumerated') }}),

fiscal_days as (select * from {{ ref('int_fiscal_days') }}),

shipment_stops as (
    select
        shipment_id,
        count(*) as stop_count,
        sum(distance_km) as distance_km
    from stops
    group by shipment_id
),

shipment_quantities as (
    select
        shipments.shipment_id,
        shipments.entity_code,
        shipments.shipped_date,
        unnest([
            'stops', 'shipment_count', 'expedited_shipment_count', 'delivery_km'
        ]) as driver_code,
        unnest([
            {{ driver_units('shipment_stops.stop_count') }},
            {{ driver_units('1') }},
            {{ driver_units('cast(shipments.is_expedited as integer)') }},
            {{ driver_units(
                'coalesce(shipments.distance_km, shipment_stops.distance_km)'
            ) }}
        ]) as shipment_qty
    from shipments
    left join shipment_stops using (shipment_id)
),

carried_quantities as (
    select
        shipment_quantities.driver_code,
        shipment_quantities.shipment_qty,
        coalesce(
            shipped_lines.entity_code, shipment_quantities.entity_code
        ) as entity_code,
        shipment_quantities.shipped_date,
        coalesce(cost_objects.cost_object_key, 0) as cost_object_key,
        row_number() over (
            shipment order by shipped_lines.order_id, shipped_lines.line_no
        ) as line_position,
        count(*) over shipment as shipment_line_count
    from shipment_quantities
    left join shipped_lines using (shipment_id)
    left join cost_objects using (order_id, line_no)
    where
        shipment_quantities.shipment_qty > 0
        and shipment_quantities.driver_code in (
            select driver_policy.driver_code from driver_policy
        )
    window shipment as (
        partition by shipment_quantities.driver_code, shipment_quantities.shipment_id
    )
)

select
    carried_quantities.entity_code,
    fiscal_days.fiscal_period,
    carried_quantities.driver_code,
    carried_quantities.cost_object_key,
    cast(sum({{ cascade_share(
        'carried_quantities.shipment_qty', 'carried_quantities.line_position', '1',
        'carried_quantities.shipment_line_count'
    ) }}) as bigint) as driver_qty
from carried_quantities
inner join fiscal_days
    on
        carried_quantities.entity_code = fiscal_days.entity_code
        and carried_quantities.shipped_date = fiscal_days.calendar_date
group by all
