-- A unit of measure as policy spells it: capitals, no dots, no blanks.
{% macro unit_spelling(column_name) -%}
upper(replace(replace({{ column_name }}, '.', ''), ' ', ''))
{%- endmacro %}
