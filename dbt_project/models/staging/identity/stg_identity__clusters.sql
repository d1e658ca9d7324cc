select
    -- ids
    identifier_key,
    cluster_key,

    -- attributes
    match_rule,

    -- measures
    cast(match_probability as decimal(9, 8)) as match_probability
from {{ source('identity', 'clusters') }}
