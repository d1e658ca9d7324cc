-- An amount in base currency, rounded half away from zero to the cent, once. Rows
-- already in base currency skip the 128-bit product: it costs half a second a million.
{% macro to_base_amount(amount, rate) -%}
case
    when {{ rate }} = 1 then cast(round({{ amount }}, 2) as decimal(18, 2))
    else cast(round({{ amount }} * {{ rate }}, 2) as decimal(18, 2))
end
{%- endmacro %}
