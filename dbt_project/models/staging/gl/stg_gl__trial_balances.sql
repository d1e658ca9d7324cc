select
    -- ids
    entity_code,
    account_id,
    cost_center_id,
    fiscal_period,

    -- attributes
    currency_code as local_currency_code,

    -- measures
    opening_amount as opening_amount_local_ccy,
    debit_amount as debit_amount_local_ccy,
    credit_amount as credit_amount_local_ccy,
    closing_amount as closing_amount_local_ccy
from {{ source('raw', 'gl__trial_balances') }}
