-- One row per calendar date of a range, both ends included.
{% macro days_between(first_date, last_date) -%}
cast(unnest(
    generate_series({{ first_date }}, {{ last_date }}, interval 1 day)
) as date)
{%- endmacro %}
