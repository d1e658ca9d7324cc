-- Grain: one row.
select
    (
        select count(*)
        from raw.erp__order_lines
        cross join raw.refresh_parameters
        where coalesce(ordered_at < refresh_parameters.as_of_date + 1, true)
    ) as examined_row_count,
    count(*) as missing_rate_count,
    min(currency_code || ' on ' || calendar_date || ' in ' || table_name) as first_case
from intermediate.int_missing_exchange_rates
