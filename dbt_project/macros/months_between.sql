-- Number of months from one first-of-month to another.
{% macro months_between(first_date, last_date) -%}
date_diff('month', {{ first_date }}, {{ last_date }})
{%- endmacro %}
