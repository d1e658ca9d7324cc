-- Grain: one row per customer and valid-from date of the release in force, as recorded
-- last. An interval that was closed on the day it began is none.
with

history as (select * from {{ ref('stg_refresh__previous_segment_assignments') }})

select
    customer_id,
    segment_code,
    model_version,
    assigned_by,
    reason,
    valid_from_date,
    valid_to_date
from history
qualify
    row_number() over (
        partition by customer_id, valid_from_date
        order by recorded_at desc
    ) = 1
    and (valid_to_date is null or valid_to_date > valid_from_date)
