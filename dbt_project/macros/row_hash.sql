-- A number that stands for the values of some columns: the same in every process of one
-- engine. Its sum over rows does not depend on their order and stays exact. Hashed
-- twice: of several columns the engine's hash is an exclusive or, and two rows that swap
-- a value can keep its sum.
{% macro row_hash(columns) -%}
cast(hash(hash({{ columns | join(', ') }})) as hugeint)
{%- endmacro %}
