-- A sum that is null, not short, where one of the rows is unknown.
{% macro known_sum(column_name) -%}
case
    when count(*) = count({{ column_name }}) then sum({{ column_name }})
end
{%- endmacro %}
