select
    -- ids
    cost_center_id,
    entity_code,
    warehouse_id,

    -- attributes
    name as cost_center_name,
    function as cost_center_function,
    owner as owner_name,

    -- dates
    valid_from as valid_from_date,
    valid_to as valid_to_date
from {{ source('raw', 'gl__cost_centers') }}
