-- Integer cents as money; DuckDB's division would pass through double.
{% macro cents_to_amount(cents) -%}
cast(cast({{ cents }} as bigint) * cast(0.01 as decimal(3, 2)) as decimal(18, 2))
{%- endmacro %}
