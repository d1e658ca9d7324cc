-- A number that stands for the values of some columns: the same in every process of one
-- engine. Its sum over rows does not depend on their order and stays exact.
{% macro row_hash(columns) -%}
cast(hash({{ columns | join(', ') }}) as hugeint)
{%- endmacro %}
