-- Money as integer cents; widened first: times 100, 18 digits hold 10^14 at most.
{% macro amount_to_cents(amount) -%}
cast(cast({{ amount }} as decimal(38, 2)) * 100 as hugeint)
{%- endmacro %}
