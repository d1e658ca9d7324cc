-- The lines of a profit and loss in force, without those only the company has.
{% macro profit_lines() -%}
(
    select *
    from {{ in_force(ref('policy_profit_lines'), ['line_code']) }}
    where scope_code = 'customer'
)
{%- endmacro %}
