-- Grain: one row per order and line with a return whose reason says something.
with

return_lines as (select * from {{ ref('stg_wms__return_lines') }}),

return_reasons as {{ in_force(ref('policy_return_reasons'), ['reason_code']) }}

select
    return_lines.order_id,
    return_lines.order_line_no as line_no,
    bool_or(return_reasons.is_damage) as has_damage,
    bool_or(return_reasons.is_document_error) as has_document_error,
    min(return_lines.received_date) filter (
        where return_reasons.is_damage or return_reasons.is_document_error
    ) as first_fault_date
from return_lines
inner join return_reasons using (reason_code)
where return_lines.order_id is not null and return_lines.order_line_no is not null
group by all
