select
    -- ids
    customer_id,
    cost_level_id,
    entity_code,
    fiscal_period,
    cost_pool_code,
    carried_by_pool_code,
    activity_code,

    -- attributes
    behaviour,

    -- measures
    driver_qty,
    cost_object_count,
    allocated_amount_base_ccy
from {{ source('raw', 'previous_cost_levels') }}
