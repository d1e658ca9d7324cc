-- What a quantity weighs or fills. The product of two decimals of 18 digits has 18, ten
-- of them after the point: a hundred thousand tonnes on a line would not fit.
{% macro of_each(qty, per_unit, scale) -%}
cast(cast({{ qty }} as decimal(19, 4)) * {{ per_unit }} as decimal(18, {{ scale }}))
{%- endmacro %}
