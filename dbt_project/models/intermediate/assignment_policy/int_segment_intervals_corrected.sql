-- Grain: one row per customer and valid-from date: what is known of former days, once
-- corrections are made.
with

intervals as (select * from {{ ref('int_segment_history_known') }}),

corrections as (select * from {{ ref('int_segment_corrections') }}),

corrected as (
    select
        intervals.*,
        false as is_correction
    from intervals
    left join corrections using (customer_id, valid_from_date)
    where corrections.customer_id is null
    union all
    select
        *,
        true as is_correction
    from corrections
)

select
    *,
    row_number() over (
        partition by customer_id
        order by valid_from_date desc
    ) = 1 as is_last
from corrected
