select
    -- ids
    warehouse_id,
    product_id,

    -- attributes
    currency_code as local_currency_code,

    -- measures
    on_hand_qty,
    reserved_qty,
    unit_cost as unit_cost_local_ccy,

    -- dates
    balance_date
from {{ source('raw', 'wms__inventory_balances') }}
