select
    -- ids
    cast(model_version as varchar) as model_version,

    -- attributes
    cast(settings_hash as varchar) as settings_hash,
    cast(weights_json as varchar) as weights_json,
    is_reused,

    -- dates
    trained_as_of_date
from {{ source('identity', 'match_models') }}
