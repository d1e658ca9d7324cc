select
    -- ids
    from_system,
    from_id,
    to_system,
    to_id,

    -- attributes
    method as method_code
from {{ source('raw', 'mdm__id_references') }}
