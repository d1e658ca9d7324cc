select
    -- ids
    shipment_id,
    entity_code,
    consignee_id,
    carrier_id,
    origin_id,
    destination_id,
    lane_id,
    parent_shipment_id,

    -- attributes
    mode as transport_mode,
    service_level,
    coalesce(is_expedited, false) as is_expedited,
    freight_status,

    -- measures
    distance_km,
    weight_kg,
    volume_m3,

    -- dates
    planned_delivery_date,
    actual_delivery_date,
    shipped_at,
    cast(shipped_at as date) as shipped_date
from {{ source('raw', 'tms__shipments') }}
