select
    -- ids
    cast(from_key as varchar) as from_key,
    cast(to_key as varchar) as to_key,

    -- attributes
    cast(match_rule as varchar) as match_rule,
    cast(decision as varchar) as pair_decision,
    cast(reason as varchar) as reason,
    cast(comparison_json as varchar) as comparison_json,

    -- measures
    cast(match_weight as double) as match_weight,
    cast(match_probability as decimal(9, 8)) as match_probability
from {{ source('identity', 'pairs') }}
