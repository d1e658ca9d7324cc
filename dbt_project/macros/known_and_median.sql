-- How many customers have an attribute, and the middle of what they have.
{% macro known_and_median(attribute) -%}
count({{ attribute }}) as known_{{ attribute }},
    median({{ attribute }}) as median_{{ attribute }}
{%- endmacro %}
