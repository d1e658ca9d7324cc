select
    -- ids
    return_id,
    line_no,
    order_id,
    order_line_no,
    product_id,
    warehouse_id,

    -- attributes
    reason_code,

    -- measures
    qty as returned_qty,

    -- dates
    received_at,
    cast(received_at as date) as received_date
from {{ source('raw', 'wms__return_lines') }}
