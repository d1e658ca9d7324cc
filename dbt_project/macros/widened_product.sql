-- Product of two decimals of more digits than 38 hold together: whole units and the rest
-- are multiplied apart. Exact to 18 digits after the point, where 18 digits times 18
-- leave two before it.
{% macro widened_product(amount, factor) -%}
(
    trunc({{ amount }}) * {{ factor }}
    + {{ amount }} % 1 * trunc({{ factor }})
    + cast({{ amount }} % 1 * ({{ factor }} % 1) as decimal(38, 18))
)
{%- endmacro %}
