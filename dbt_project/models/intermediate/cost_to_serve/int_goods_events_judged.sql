-- Grain: one row per driver and whether its events are dated, placed and measured.
-- Goods ordered, shipped and dropped: a volume is the shipment line's own, else the
-- ordered one pro rata; chargeable weight is measured by either volume or kilograms.
with

stops as (select * from {{ ref('stg_tms__stops') }}),

shipments as (select * from {{ ref('int_shipments_timed') }}),

shipped_lines as (select * from {{ ref('int_shipment_lines_weighted') }}),

shipment_lines as (select * from {{ ref('stg_tms__shipment_lines') }}),

order_lines as (select * from {{ ref('int_order_lines_converted') }}),

events as (
    select
        unnest(['stops', 'drop_count', 'drop_minutes', 'drop_km']) as driver_code,
        shipments.shipped_date is not null as is_dated,
        shipments.entity_code is not null as is_placed,
        unnest([
            true, true, stops.wait_minutes is not null, stops.distance_km is not null
        ]) as is_measured
    from stops
    left join shipments using (shipment_id)
    union all
    select
        unnest(['volume_m3', 'chargeable_kg']) as driver_code,
        shipped_lines.shipped_date is not null as is_dated,
        shipped_lines.entity_code is not null as is_placed,
        coalesce(
            shipment_lines.volume_m3,
            cast(order_lines.volume_m3 as decimal(28, 6)) * shipped_lines.shipped_qty
            / nullif(order_lines.ordered_qty, 0),
            unnest([null, shipped_lines.weight_kg])
        ) is not null as is_measured
    from shipped_lines
    left join shipment_lines using (shipment_id, order_id, line_no)
    left join order_lines using (order_id, line_no)
    union all
    select
        unnest(['case_qty', 'weight_kg']) as driver_code,
        true as is_dated,
        entity_code is not null as is_placed,
        unnest([case_qty is not null, weight_kg is not null]) as is_measured
    from order_lines
    where is_demand
)

select
    driver_code,
    is_dated,
    is_placed,
    is_measured,
    count(*) as event_count
from events
group by all
