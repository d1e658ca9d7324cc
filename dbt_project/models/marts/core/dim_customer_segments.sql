-- Grain: one row per customer and valid-from date: the last recorded version.
with

assignments as (select * from {{ ref('fct_segment_assignments') }})

select
    customer_id,
    valid_from_date,
    valid_to_date,
    segment_code,
    model_version,
    assigned_by,
    valid_to_date is null as is_current
from assignments
qualify row_number() over (
    partition by customer_id, valid_from_date
    order by recorded_at desc
) = 1
