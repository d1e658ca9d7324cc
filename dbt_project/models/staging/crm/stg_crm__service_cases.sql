select
    -- ids
    case_id,
    account_id,
    entity_code,
    order_id,

    -- attributes
    case_type,

    -- measures
    handling_minutes,

    -- dates
    opened_at,
    closed_at,
    cast(opened_at as date) as opened_date
from {{ source('raw', 'crm__service_cases') }}
