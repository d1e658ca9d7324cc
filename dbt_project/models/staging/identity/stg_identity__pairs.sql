select
    -- ids
    from_key,
    to_key,

    -- attributes
    match_rule,
    decision as pair_decision,
    reason,
    comparison_json,

    -- measures
    match_weight,
    cast(match_probability as decimal(9, 8)) as match_probability
from {{ source('identity', 'pairs') }}
