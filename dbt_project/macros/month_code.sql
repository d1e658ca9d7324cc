-- A calendar month as text that sorts: 2025-01.
{% macro month_code(date_column) -%}
strftime({{ date_column }}, '%Y-%m')
{%- endmacro %}
