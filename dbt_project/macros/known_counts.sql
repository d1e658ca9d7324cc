-- One column per attribute: how many of the rows have it.
{% macro known_counts(attributes) -%}
{%- for attribute in attributes %}
count({{ attribute }}) as {{ attribute }}{{ ',' if not loop.last }}
{%- endfor %}
{%- endmacro %}
