-- Whole steps that a use measured in steps needs. Parts of a step are rounded to nine
-- places, so that less than a millionth of one is rounding and not use.
{% macro whole_steps(used_step_qty) -%}
cast(ceil({{ used_step_qty }} - 0.000001) as bigint)
{%- endmacro %}
