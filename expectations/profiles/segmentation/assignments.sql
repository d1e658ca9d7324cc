-- Grain: one row.
with

known_segments as (
    select segment_code from segmentation.segments
    union
    select unnest(['EXC', 'UNC'])
)

select
    count(*) as examined_row_count,
    count(*) - count(distinct customer_id) as repeated_customer_count,
    (
        select count(*)
        from features.ftr_customers
        anti join segmentation.assignments using (customer_id)
    ) as unassigned_customer_count,
    (
        select count(*)
        from segmentation.assignments
        anti join features.ftr_customers using (customer_id)
    ) as unknown_customer_count,
    (
        select count(*)
        from segmentation.assignments
        anti join known_segments using (segment_code)
    ) as unknown_segment_count
from segmentation.assignments
