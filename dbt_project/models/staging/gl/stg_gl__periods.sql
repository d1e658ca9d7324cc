select
    -- ids
    entity_code,
    fiscal_period,

    -- attributes
    status as period_status,

    -- dates
    starts_on as starts_on_date,
    ends_on as ends_on_date,
    closed_at
from {{ source('raw', 'gl__periods') }}
