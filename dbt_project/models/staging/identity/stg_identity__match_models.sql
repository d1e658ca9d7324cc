select
    -- ids
    model_version,

    -- attributes
    settings_hash,
    weights_json,
    is_reused,

    -- dates
    trained_as_of_date
from {{ source('identity', 'match_models') }}
