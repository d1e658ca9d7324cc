select
    -- ids
    warehouse_id,
    worker_group,
    period as fiscal_period,

    -- measures
    paid_minutes,
    productive_minutes,
    practical_capacity_minutes
from {{ source('raw', 'wms__labor_hours') }}
