-- Year of a fiscal period: its code without the last two digits (2025-01, 2025-P13).
{% macro fiscal_year(fiscal_period) -%}
regexp_replace({{ fiscal_period }}, '[^0-9]*[0-9]{2}$', '')
{%- endmacro %}
