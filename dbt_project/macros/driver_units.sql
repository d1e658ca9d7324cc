-- A driver quantity as an integer: millionths of the driver's unit, so that running
-- totals are exact and a decimal weight cannot move a cent.
{% macro driver_units(quantity) -%}
cast(round(({{ quantity }}) * 1000000) as bigint)
{%- endmacro %}
