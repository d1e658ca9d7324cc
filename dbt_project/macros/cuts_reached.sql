-- How many cuts a value has reached; a value equal to a cut has reached it.
{% macro cuts_reached(cuts, column_name) -%}
len(list_filter({{ cuts }}, lambda cut : cut <= {{ column_name }}))
{%- endmacro %}
