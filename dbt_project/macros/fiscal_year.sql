-- Year of a fiscal period: its code without the number within the year (2025-01,
-- 2025-P13, 2025.Q1, FY25-07, 2025007).
{% macro fiscal_year(fiscal_period) -%}
regexp_replace({{ fiscal_period }}, {{ fiscal_code_parts() }}, '\1\2')
{%- endmacro %}
