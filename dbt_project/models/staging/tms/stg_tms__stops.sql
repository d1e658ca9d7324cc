select
    -- ids
    shipment_id,
    stop_id,
    destination_id,

    -- measures
    sequence as stop_sequence,
    wait_minutes,
    distance_km,

    -- dates
    arrived_at
from {{ source('raw', 'tms__stops') }}
