select
    -- ids
    ledger_code,
    entity_code,
    cost_pool_code,
    carried_by_pool_code,

    -- attributes
    fiscal_period,

    -- measures
    {{ cents_to_amount('amount_cents') }} as amount_base_ccy
from {{ source('costing', 'service_charges') }}
