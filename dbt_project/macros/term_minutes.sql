-- The latest minutes of one term of a time equation, nothing where it has no such term.
{% macro term_minutes(term) -%}
coalesce(
    arg_max(terms.minutes, terms.valid_from) filter (where terms.term = '{{ term }}'), 0
)
{%- endmacro %}
