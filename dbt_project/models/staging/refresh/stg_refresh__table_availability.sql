select
    -- ids
    table_name,

    -- attributes
    is_available,
    unavailable_reason,

    -- measures
    row_count,

    -- dates
    input_as_of_date
from {{ source('raw', 'table_availability') }}
