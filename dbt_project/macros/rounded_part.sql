-- A part of an amount, rounded by itself. Of 18 digits the product of two decimals leaves
-- ten before the point, too few for rupiahs: the part is widened, as amounts differ in
-- scale.
{% macro rounded_part(amount, part) -%}
cast(round({{ amount }} * cast({{ part }} as decimal(28, 6)), 2) as decimal(18, 2))
{%- endmacro %}
