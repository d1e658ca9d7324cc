-- An amount in base currency, rounded half away from zero to the cent, once.
{% macro to_base_amount(amount, rate) -%}
cast(round({{ amount }} * {{ rate }}, 2) as decimal(18, 2))
{%- endmacro %}
