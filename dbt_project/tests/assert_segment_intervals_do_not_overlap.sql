-- A customer is in one segment at a time, and no interval ends before it begins: an
-- overlap would double the order lines that look up their segment.
with

intervals as (
    select
        *,
        lead(valid_from_date) over (
            partition by customer_id order by valid_from_date
        ) as next_valid_from_date
    from {{ ref('dim_customer_segments') }}
)

select
    customer_id,
    valid_from_date,
    valid_to_date,
    next_valid_from_date
from intervals
where
    valid_to_date < valid_from_date
    or coalesce(valid_to_date, cast('9999-12-31' as date)) > next_valid_from_date
