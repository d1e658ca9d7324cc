-- Grain: one row.
-- Where nothing later was left out, orders should reach to the end of the period that
-- their newest delivery says it covers, else to the as-of date.
with

promised as (
    select
        case
            when max(table_availability.later_row_count) = 0
                then max(deliveries.period_end_date)
        end as period_end_date
    from raw.deliveries
    inner join raw.table_availability using (table_name)
    where table_name = 'erp__order_lines'
)

select
    count(*) as examined_row_count,
    date_diff(
        'day',
        cast(max(order_lines.ordered_at) as date),
        greatest(
            max(refresh_parameters.as_of_date), max(promised.period_end_date)
        )
    ) as newest_order_age_days
from raw.erp__order_lines as order_lines
cross join raw.refresh_parameters
cross join promised
