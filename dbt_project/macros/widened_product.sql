-- Product of two decimals of more digits than 38 hold together: whole units and the rest
-- are multiplied apart. Exact to 18 digits after the point, where 18 digits times 18
-- leave two before it. A factor of one, the rate of the base currency, costs nothing.
{% macro widened_product(amount, factor) -%}
case
    when {{ factor }} = 1 then cast({{ amount }} as decimal(38, 18))
    else
        trunc({{ amount }}) * {{ factor }}
        + {{ amount }} % 1 * trunc({{ factor }})
        + cast({{ amount }} % 1 * ({{ factor }} % 1) as decimal(38, 18))
end
{%- endmacro %}
