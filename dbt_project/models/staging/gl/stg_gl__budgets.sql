select
    -- ids
    version as budget_version,
    entity_code,
    account_id,
    cost_center_id,
    fiscal_period,

    -- attributes
    currency_code as local_currency_code,

    -- measures
    amount as amount_local_ccy
from {{ source('raw', 'gl__budgets') }}
