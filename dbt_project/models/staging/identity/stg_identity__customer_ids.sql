select
    -- ids
    cast(identifier_key as varchar) as identifier_key,
    cast(customer_id as varchar) as customer_id
from {{ source('identity', 'customer_ids') }}
