-- Grain: one row.
select
    count(*) as examined_row_count,
    count(*) filter (
        where base_qty is null and ordered_qty is not null
    ) as unconverted_line_count,
    min('unit ' || uom) filter (
        where base_qty is null and ordered_qty is not null
    ) as first_case
from intermediate.int_order_lines_converted
