select
    -- ids
    key as public_key,
    source as source_name,

    -- attributes
    value as industry_code,
    licence as licence_note,

    -- dates
    as_of_date as source_as_of_date,
    retrieved_on as retrieved_date
from {{ source('raw', 'ext__industries') }}
