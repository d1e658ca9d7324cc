-- Grain: one row per shipment that was charged freight in the months compared.
-- The weight is that of all that travelled on the charge, and so bears it. Lanes of no
-- name are from where to where.
with

shipments as (
    select
        *,
        coalesce(shipped_date, actual_delivery_date, planned_delivery_date)
            as moved_date
    from {{ ref('int_shipments_timed') }}
),

charged_shipments as (select * from {{ ref('int_shipments_charged') }}),

charges as (select * from {{ ref('int_charges_converted') }}),

customers as (select * from {{ ref('int_customer_masters_survived') }}),

freight as (
    select
        shipment_id,
        count(distinct document_id) as document_count,
        count(distinct abs(amount_local_ccy)) as distinct_amount_count,
        coalesce(-sum(amount_base_ccy) filter (where amount_base_ccy < 0), 0)
            as credited_amount_base_ccy,
        cast(sum(amount_base_ccy) as decimal(18, 2)) as freight_amount_base_ccy
    from charges
    where direction = 'cost' and charge_type = 'freight' and shipment_id is not null
    group by shipment_id
    having count(*) = count(amount_base_ccy)
),

carried as (
    select
        charged_shipments.charged_shipment_id as shipment_id,
        sum(shipments.weight_kg) as weight_kg
    from shipments
    inner join charged_shipments using (shipment_id)
    group by all
    having count(*) = count(shipments.weight_kg)
)

select
    shipment_id,
    shipments.entity_code,
    customer_id,
    coalesce(customers.country_code, 'unknown') as country_code,
    coalesce(
        shipments.lane_id,
        shipments.origin_id || ' > ' || shipments.destination_id,
        'unknown'
    ) as freight_lane_code,
    coalesce(shipments.transport_mode, 'unknown') as transport_mode,
    shipments.carrier_id,
    shipments.service_level,
    shipments.is_expedited,
    shipments.moved_date,
    carried.weight_kg,
    freight.document_count,
    freight.distinct_amount_count,
    freight.credited_amount_base_ccy,
    freight.freight_amount_base_ccy,
    cast(freight.freight_amount_base_ccy / carried.weight_kg as decimal(18, 6))
        as freight_base_ccy_per_kg
from freight
inner join shipments using (shipment_id)
inner join carried using (shipment_id)
left join customers using (customer_id)
where
    carried.weight_kg > 0
    and shipments.moved_date <= {{ as_of_date() }}
    and shipments.moved_date
    > {{ add_months(as_of_date(), '-' ~ threshold('freight_norm_months')) }}
