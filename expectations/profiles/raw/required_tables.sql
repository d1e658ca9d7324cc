-- Grain: one row per table a refresh cannot do without.
select
    'erp__customers' as table_name,
    count(*) as examined_row_count,
    count(*) filter (where customer_id is null) as null_key_count
from raw.erp__customers
union all
select
    'erp__products' as table_name,
    count(*) as examined_row_count,
    count(*) filter (where product_id is null) as null_key_count
from raw.erp__products
union all
select
    'erp__order_lines' as table_name,
    count(*) as examined_row_count,
    count(*) filter (
        where order_id is null or line_no is null or sold_to_id is null
    ) as null_key_count
from raw.erp__order_lines
