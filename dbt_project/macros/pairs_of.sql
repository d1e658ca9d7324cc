-- Number of pairs among so many customers.
{% macro pairs_of(customer_count) -%}
cast({{ customer_count }} as double) * ({{ customer_count }} - 1) / 2
{%- endmacro %}
