-- Grain: one row.
select
    count(*) as examined_row_count,
    (select count(*) from raw.erp__order_lines) - count(*) as lost_row_count,
    count(*) filter (where customer_id is null) as unresolved_customer_count,
    count(*) filter (where fiscal_period is null) as unplaced_period_count,
    count(*) filter (
        where net_amount_base_ccy is null and net_amount_local_ccy is not null
    ) as unconverted_amount_count,
    count(*) filter (where is_net_sales is null) as unclassified_line_count,
    min('document_type ' || document_type) filter (where is_net_sales is null)
        as first_case
from intermediate.int_order_lines_converted
