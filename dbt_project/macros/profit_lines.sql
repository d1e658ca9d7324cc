-- The lines of a profit and loss in force that its holders have: order lines, or
-- customers too.
{% macro profit_lines(scopes) -%}
(
    select *
    from {{ in_force(ref('policy_profit_lines'), ['line_code']) }}
    where scope_code in ('{{ scopes | join("', '") }}')
)
{%- endmacro %}
