-- Grain: one row.
select
    (select count(*) from raw.erp__order_lines) as examined_row_count,
    count(*) as missing_rate_count,
    min(currency_code || ' on ' || calendar_date || ' in ' || table_name) as first_case
from intermediate.int_missing_exchange_rates
