select
    -- ids
    warehouse_id,
    product_id,

    -- attributes
    category_3,
    base_uom,
    currency_code as local_currency_code,

    -- measures
    on_hand_qty,
    reserved_qty,
    units_per_case,
    unit_cost as unit_cost_local_ccy,

    -- dates
    balance_date
from {{ source('raw', 'wms__inventory_balances') }}
