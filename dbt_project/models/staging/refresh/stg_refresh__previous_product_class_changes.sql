select
    -- ids
    product_id,
    release_id,

    -- attributes
    class_type,
    class_code,
    former_class_code,
    reason,

    -- dates
    valid_from_date,
    recorded_at
from {{ source('raw', 'previous_product_class_changes') }}
