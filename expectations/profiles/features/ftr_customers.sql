-- Grain: one row.
with

buyers as (
    select distinct customer_id
    from intermediate.int_order_lines_converted
    where customer_id is not null
)

select
    count(*) as examined_row_count,
    count(*) - count(distinct customer_id) as repeated_customer_count,
    (
        select count(*)
        from buyers
        anti join features.ftr_customers using (customer_id)
    ) as missing_customer_count,
    count(*) filter (
        where ftr_customers.as_of_date is distinct from refresh_parameters.as_of_date
    ) as misdated_row_count
from features.ftr_customers
cross join raw.refresh_parameters
