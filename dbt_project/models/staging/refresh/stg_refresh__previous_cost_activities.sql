select
    -- ids
    entity_code,
    fiscal_period,
    cost_pool_code,
    carried_by_pool_code,
    activity_code,

    -- attributes
    allocation_fingerprint
from {{ source('raw', 'previous_cost_activities') }}
