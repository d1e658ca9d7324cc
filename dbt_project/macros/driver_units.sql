-- A driver quantity as an integer: millionths of the driver's unit, so that running
-- totals are exact and a decimal weight cannot move a cent. Whole units and the rest
-- apart: millionths of six million kilograms do not fit the 18 digits of a decimal, and
-- wider decimals are thirty times slower.
{% macro driver_units(quantity) -%}
(
    cast(trunc({{ quantity }}) as bigint) * 1000000
    + cast(round((({{ quantity }}) % 1) * 1000000) as bigint)
)
{%- endmacro %}
