-- Grain: one row per entity, fiscal period, segment, lane and transport mode.
-- Each freight charge counts once, in its own period, under the shipment's lane and the
-- current segment of its customer; a charge without a shipment is on lane `none`.
with

charges as (
    select * from {{ ref('int_charges_converted') }}
    where direction = 'cost' and charge_type = 'freight'
),

shipments as (select * from {{ ref('fct_shipments') }}),

current_segments as (
    select * from {{ ref('dim_customer_segments') }}
    where is_current
),

lane_charges as (
    select
        charges.entity_code,
        charges.fiscal_period,
        coalesce(current_segments.segment_code, 'unassigned') as segment_code,
        case
            when shipments.shipment_id is null then 'none'
            else coalesce(
                shipments.lane_id,
                shipments.origin_id || ' > ' || shipments.destination_id,
                'unknown'
            )
        end as freight_lane_code,
        coalesce(shipments.transport_mode, 'unknown') as transport_mode,
        charges.shipment_id,
        max(shipments.weight_kg) as weight_kg,
        sum(charges.amount_base_ccy) as freight_amount
    from charges
    left join shipments using (shipment_id)
    left join current_segments
        on
            coalesce(shipments.customer_id, charges.customer_id)
            = current_segments.customer_id
    group by all
)

select
    entity_code,
    fiscal_period,
    segment_code,
    freight_lane_code,
    transport_mode,
    count(shipment_id) as shipment_count,
    cast(sum(weight_kg) as decimal(18, 4)) as weight_kg,
    cast(coalesce(sum(freight_amount), 0) as decimal(18, 2)) as freight_amount_base_ccy,
    cast(
        sum(freight_amount) filter (where weight_kg > 0)
        / nullif(sum(weight_kg) filter (where weight_kg > 0), 0) as decimal(18, 6)
    ) as freight_base_ccy_per_kg
from lane_charges
group by all
