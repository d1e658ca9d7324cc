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
