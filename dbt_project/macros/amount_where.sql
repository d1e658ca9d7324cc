-- Sum of an amount over the rows that meet a condition, zero where none does.
{% macro amount_where(amount, condition) -%}
cast(coalesce(sum({{ amount }}) filter (where {{ condition }}), 0) as decimal(18, 2))
{%- endmacro %}
