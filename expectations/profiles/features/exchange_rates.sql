-- Grain: one row.
select
    (select count(*) from raw.erp__order_lines) as examined_row_count,
    count(*) as missing_rate_count
from intermediate.int_missing_exchange_rates
