-- The largest value among a customer's clauses of a kind: 0 where there is no such clause,
-- null where one of them has no convertible value.
{% macro strictest_clause(clause_type) -%}
case
    when
        count(*) filter (where clauses.clause_type = '{{ clause_type }}')
        = count(clauses.clause_value) filter (
            where clauses.clause_type = '{{ clause_type }}'
        )
        then cast(coalesce(max(clauses.clause_value) filter (
            where clauses.clause_type = '{{ clause_type }}'
        ), 0) as double)
end
{%- endmacro %}
