-- A part of an amount, rounded by itself.
{% macro rounded_part(amount, part) -%}
cast(round({{ amount }} * {{ part }}, 2) as decimal(18, 2))
{%- endmacro %}
