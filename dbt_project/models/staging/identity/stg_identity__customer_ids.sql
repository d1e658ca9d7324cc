select
    -- ids
    identifier_key,
    customer_id
from {{ source('identity', 'customer_ids') }}
