-- The rows of a dated policy in force on the refresh's as-of date: of each key the
-- latest version that has begun. A later version replaces the earlier one.
{% macro in_force(policy, keys) -%}
(
    select *
    from {{ policy }}
    where valid_from <= {{ as_of_date() }}
    qualify row_number() over (
        partition by {{ keys | join(', ') }}
        order by valid_from desc
    ) = 1
)
{%- endmacro %}
