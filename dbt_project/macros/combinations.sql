-- Number of ways to choose k of n, as a double: factorials overflow beyond 33.
{% macro combinations(n, k) -%}
round(coalesce(list_product(list_transform(
    range(1, {{ k }} + 1), lambda i: ({{ n }} - {{ k }} + i) / i
)), 1))
{%- endmacro %}
