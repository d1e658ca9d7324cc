select
    -- ids
    key as place_key,
    source as source_name,

    -- attributes
    licence as licence_note,

    -- measures
    value as risk_score,

    -- dates
    as_of_date as source_as_of_date,
    retrieved_on as retrieved_date
from {{ source('raw', 'ext__geo_risks') }}
