-- The value of the best-ranked account that has one.
{% macro survivor(column_name) -%}
arg_min({{ column_name }}, account_rank)
    filter (where {{ column_name }} is not null) as {{ column_name }}
{%- endmacro %}
