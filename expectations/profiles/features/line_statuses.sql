-- Grain: one row.
select
    count(*) as examined_row_count,
    count(*) filter (
        where order_lines.status is not null and listed.line_status is null
    ) as unlisted_status_count,
    min('status ' || order_lines.status) filter (
        where listed.line_status is null
    ) as first_case
from raw.erp__order_lines as order_lines
left join (
    select distinct lower(trim(line_statuses.line_status)) as line_status
    from policy.policy_line_statuses as line_statuses
    inner join raw.refresh_parameters
        on line_statuses.valid_from <= refresh_parameters.as_of_date
) as listed
    on lower(trim(order_lines.status)) = listed.line_status
