-- Number of ways to choose k of n.
{% macro combinations(n, k) -%}
factorial(cast({{ n }} as integer))
/ factorial(cast({{ k }} as integer))
/ factorial(cast({{ n }} - {{ k }} as integer))
{%- endmacro %}
