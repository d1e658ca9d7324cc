-- The distinct cuts between fifths: quantile plus one, as CRAN rfm 0.3 sets them.
{% macro quintile_cuts(column_name) -%}
list_distinct(list_transform(
    quantile_cont(cast({{ column_name }} as double), [0.2, 0.4, 0.6, 0.8]),
    lambda quantile : quantile + 1
))
{%- endmacro %}
