-- What stands before the year, the year in four digits or two, the number within it.
{% macro fiscal_code_parts() -%}
'^(.*?)([0-9]{4}|[0-9]{2})([^0-9]*[0-9]+)$'
{%- endmacro %}
