-- Grain: one row.
select
    count(*) as examined_row_count,
    count(*) filter (where ordered_at is null) as undated_row_count,
    date_diff(
        'day', cast(min(ordered_at) as date), max(refresh_parameters.as_of_date)
    ) as oldest_order_age_days
from raw.erp__order_lines
cross join raw.refresh_parameters
