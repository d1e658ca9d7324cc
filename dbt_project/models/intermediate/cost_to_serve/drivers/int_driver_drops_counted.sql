-- Grain: one row per entity, fiscal period, driver and cost object.
-- A stop of a route, its minutes and its kilometres, each spread evenly over the order
-- lines dropped there: those of its ship-to, else of its customer, else all of the
-- shipment; of a shipment without lines they go to object 0.
with

driver_policy as (select * from {{ ref('policy_activity_drivers') }}),

stops as (select * from {{ ref('stg_tms__stops') }}),

shipments as (select * from {{ ref('stg_tms__shipments') }}),

shipped_lines as (select * from {{ ref('int_shipment_lines_weighted') }}),

order_lines as (select * from {{ ref('stg_erp__order_lines') }}),

customers as (
    select * from {{ ref('int_customers_resolved') }}
    where source_system = 'tms'
),

cost_objects as (select * from {{ ref('int_cost_objects_enumerated') }}),

fiscal_days as (select * from {{ ref('int_fiscal_days') }}),

stop_lines as (
    select
        stops.shipment_id,
        stops.stop_id,
        stops.wait_minutes,
        stops.distance_km,
        coalesce(shipped_lines.entity_code, shipments.entity_code) as entity_code,
        shipments.shipped_date,
        coalesce(cost_objects.cost_object_key, 0) as cost_object_key
    from stops
    inner join shipments using (shipment_id)
    left join shipped_lines using (shipment_id)
    left join order_lines using (order_id, line_no)
    left join cost_objects using (order_id, line_no)
    left join customers on stops.destination_id = customers.source_customer_id
    qualify rank() over (
        partition by stops.shipment_id, stops.stop_id
        order by
            case
                when order_lines.ship_to_id = stops.destination_id then 0
                when cost_objects.customer_id = customers.customer_id then 1
                else 2
            end
    ) = 1
),

drops as (
    select
        shipment_id,
        stop_id,
        entity_code,
        shipped_date,
        cost_object_key,
        unnest(['drop_count', 'drop_minutes', 'drop_km']) as driver_code,
        unnest([
            {{ driver_units('1') }},
            {{ driver_units('wait_minutes') }},
            {{ driver_units('distance_km') }}
        ]) as drop_qty
    from stop_lines
),

placed_drops as (
    select
        drops.*,
        row_number() over (one_drop order by drops.cost_object_key) as line_position,
        count(*) over one_drop as drop_line_count
    from drops
    where
        drops.drop_qty != 0
        and drops.driver_code in (select driver_policy.driver_code from driver_policy)
    window one_drop as (
        partition by drops.driver_code, drops.shipment_id, drops.stop_id
    )
)

select
    placed_drops.entity_code,
    fiscal_days.fiscal_period,
    placed_drops.driver_code,
    placed_drops.cost_object_key,
    cast(sum({{ cascade_share(
        'placed_drops.drop_qty', 'placed_drops.line_position', '1',
        'placed_drops.drop_line_count'
    ) }}) as bigint) as driver_qty
from placed_drops
inner join fiscal_days
    on
        placed_drops.entity_code = fiscal_days.entity_code
        and placed_drops.shipped_date = fiscal_days.calendar_date
group by all
