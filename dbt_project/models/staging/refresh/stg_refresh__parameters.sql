select
    -- ids
    release_id,

    -- attributes
    base_currency_code,

    -- dates
    as_of_date,
    recorded_at
from {{ source('raw', 'refresh_parameters') }}
