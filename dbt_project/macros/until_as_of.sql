-- True for a row dated up to the end of the refresh's as-of date, or not dated at all.
-- For staging only: what happens after that date is not known to any model.
{% macro until_as_of(date_column) -%}
coalesce(
    {{ date_column }} < (
        select refresh.as_of_date + 1
        from {{ source('raw', 'refresh_parameters') }} as refresh
    ),
    true
)
{%- endmacro %}
