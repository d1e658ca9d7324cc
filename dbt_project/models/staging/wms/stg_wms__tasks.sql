select
    -- ids
    task_id,
    warehouse_id,
    order_id,
    line_no,
    product_id,

    -- attributes
    task_type,

    -- measures
    qty as task_qty,
    units as unit_count,
    minutes as duration_minutes,

    -- dates
    started_at,
    cast(started_at as date) as started_date
from {{ source('raw', 'wms__tasks') }}
