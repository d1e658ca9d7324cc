select
    -- ids
    activity_id,
    account_id,
    entity_code,

    -- attributes
    activity_type,

    -- measures
    minutes as duration_minutes,

    -- dates
    occurred_at,
    cast(occurred_at as date) as occurred_date
from {{ source('raw', 'crm__activities') }}
