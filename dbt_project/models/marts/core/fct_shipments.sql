-- Grain: one row per shipment.
-- Freight is null where nobody charged it, and the status says why; a charge without a
-- rate leaves it unknown, not short.
with

shipments as (select * from {{ ref('int_shipments_timed') }}),

charges as (select * from {{ ref('int_charges_converted') }}),

freight as (
    select
        shipment_id,
        case
            when count(*) = count(amount_base_ccy)
                then cast(sum(amount_base_ccy) as decimal(18, 2))
        end as freight_amount_base_ccy
    from charges
    where
        direction = 'cost'
        and charge_type = 'freight'
        and shipment_id is not null
    group by shipment_id
)

select
    shipment_id,
    shipments.customer_id,
    shipments.entity_code,
    shipments.carrier_id,
    shipments.origin_id,
    shipments.destination_id,
    shipments.lane_id,
    shipments.parent_shipment_id,
    shipments.transport_mode,
    shipments.service_level,
    shipments.is_expedited,
    coalesce(
        shipments.freight_status,
        case when freight.shipment_id is not null then 'charged' end
    ) as freight_status,
    freight.freight_amount_base_ccy,
    shipments.shipped_date,
    shipments.planned_delivery_date,
    shipments.actual_delivery_date,
    shipments.is_on_time,
    shipments.distance_km,
    shipments.weight_kg,
    shipments.volume_m3
from shipments
left join freight using (shipment_id)
