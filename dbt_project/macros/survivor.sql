-- The value of an attribute in the golden record, as a column.
{% macro survivor(attribute) -%}
max(chosen_value) filter (where attribute = '{{ attribute }}') as {{ attribute }}
{%- endmacro %}
