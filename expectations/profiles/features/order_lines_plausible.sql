-- Grain: one row.
with

listed as (
    select distinct lower(trim(line_statuses.line_status)) as line_status
    from policy.policy_line_statuses as line_statuses
    inner join raw.refresh_parameters
        on line_statuses.valid_from <= refresh_parameters.as_of_date
),

order_lines as (
    select
        document_type,
        line_status,
        line_status is not null and line_status not in (from listed)
            as is_unlisted,
        coalesce(is_return and net_amount_base_ccy > 0, false)
            as is_return_that_adds
    from intermediate.int_order_lines_converted
)

select
    count(*) as examined_row_count,
    count(*) filter (where is_unlisted) as unlisted_status_count,
    count(*) filter (where is_return_that_adds) as positive_return_count,
    coalesce(
        min('status ' || line_status) filter (where is_unlisted),
        min('document_type ' || document_type) filter (where is_return_that_adds)
    ) as first_case
from order_lines
