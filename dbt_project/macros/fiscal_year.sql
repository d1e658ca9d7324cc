-- Year of a fiscal period: its code without the number within the year (2025-01,
-- 2025-P13, 2025.Q1, FY25-07, 2025/26-03; run together 2025007, 25007); '' for a code
-- that names no year (P12, 012). Days of no declared period bear the code of a month
-- and say so (2025-12 undeclared): they are of its year.
{% macro fiscal_year(fiscal_period) -%}
coalesce(
    nullif(
        regexp_extract(
            {{ fiscal_period }},
            '^([^0-9]*(?:(?:19|20)[0-9]{2}|[0-9]{2}))[0-9]{2,3}$', 1
        ),
        ''
    ),
    regexp_replace({{ fiscal_period }}, '[^0-9]*[0-9]+( undeclared)?$', '')
)
{%- endmacro %}
