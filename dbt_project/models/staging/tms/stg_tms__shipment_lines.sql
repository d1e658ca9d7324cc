select
    -- ids
    shipment_id,
    order_id,
    line_no,

    -- measures
    qty as shipped_qty,
    weight_kg,
    volume_m3
from {{ source('raw', 'tms__shipment_lines') }}
where
    shipment_id not in (
        select shipments.shipment_id
        from {{ source('raw', 'tms__shipments') }} as shipments
        where not {{ until_as_of('shipments.shipped_at') }}
    )
