select
    -- ids
    release_id,
    identity_event_key,
    from_customer_id,
    to_customer_id,

    -- attributes
    event_type,
    cause,

    -- measures
    identifier_count,

    -- dates
    event_date,
    recorded_at
from {{ source('raw', 'previous_identity_events') }}
