select
    -- ids
    {{ surrogate_key(
        ['event_type', "coalesce(cast(from_customer_id as varchar), '')", 'to_customer_id'],
        'E'
    ) }} as identity_event_key,
    cast(from_customer_id as varchar) as from_customer_id,
    cast(to_customer_id as varchar) as to_customer_id,

    -- attributes
    cast(event_type as varchar) as event_type,
    cast(cause as varchar) as cause,

    -- measures
    cast(identifier_count as bigint) as identifier_count
from {{ source('identity', 'events') }}
