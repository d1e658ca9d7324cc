-- The period of the same number some fiscal years before: what comes after it, up to
-- the period itself, are so many years, of twelve months, of thirteen times four weeks or
-- of quarters of 4, 4 and 5. Nothing comes before a code that names no year.
{% macro years_before(fiscal_period, year_count) -%}
coalesce(
    regexp_extract({{ fiscal_period }}, {{ fiscal_code_parts() }}, 1)
    || lpad(
        cast(
            try_cast(
                regexp_extract({{ fiscal_period }}, {{ fiscal_code_parts() }}, 2)
                as integer
            ) - {{ year_count }} as varchar
        ),
        cast(
            length(regexp_extract({{ fiscal_period }}, {{ fiscal_code_parts() }}, 2))
            as integer
        ),
        '0'
    )
    || regexp_extract({{ fiscal_period }}, {{ fiscal_code_parts() }}, 3),
    ''
)
{%- endmacro %}
