-- The period of the same number some fiscal years before: what comes after it, up to
-- the period itself, are so many years, of twelve months, of thirteen times four weeks or
-- of quarters of 4, 4 and 5. Both halves of a split year (2025/26) are counted down.
-- Everything comes after '', which is before a code that names no year.
{% macro years_before(fiscal_period, year_count) -%}
{%- set year = fiscal_year(fiscal_period) -%}
coalesce(
    nullif(
        array_to_string(list_transform(
            regexp_extract_all({{ year }}, '[0-9]+|[^0-9]+'),
            lambda run: if(
                regexp_matches(run, '^([0-9]{2}|[0-9]{4})$'),
                lpad(
                    cast(cast(run as integer) - {{ year_count }} as varchar),
                    cast(length(run) as integer), '0'
                ),
                run
            )
        ), ''),
        {{ year }}
    ) || substr({{ fiscal_period }}, length({{ year }}) + 1),
    ''
)
{%- endmacro %}
