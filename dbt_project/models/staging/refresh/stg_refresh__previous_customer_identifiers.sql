select
    -- ids
    source_system,
    source_customer_id,
    customer_id,
    release_id,

    -- attributes
    match_rule,
    match_probability,
    identity_event,

    -- dates
    valid_from_date,
    valid_to_date,
    recorded_at
from {{ source('raw', 'previous_customer_identifiers') }}
