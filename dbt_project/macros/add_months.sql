-- A date moved by whole months; the last of a month stays within the month it lands in.
{% macro add_months(date_column, month_count) -%}
cast({{ date_column }} + to_months(cast({{ month_count }} as integer)) as date)
{%- endmacro %}
