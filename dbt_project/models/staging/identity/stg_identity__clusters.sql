select
    -- ids
    cast(identifier_key as varchar) as identifier_key,
    cast(cluster_key as varchar) as cluster_key,

    -- attributes
    cast(match_rule as varchar) as match_rule,

    -- measures
    cast(match_probability as decimal(9, 8)) as match_probability
from {{ source('identity', 'clusters') }}
