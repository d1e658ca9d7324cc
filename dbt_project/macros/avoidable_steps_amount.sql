-- What of a pool that moves in steps would go with a use of it: the whole steps that
-- the others no longer need.
{% macro avoidable_steps_amount(pools, used_step_qty) -%}
{{ rounded_part(
    pools ~ '.step_amount_base_ccy * greatest(' ~ pools ~ '.step_count - '
    ~ whole_steps(pools ~ '.used_step_qty - ' ~ used_step_qty) ~ ', 0)',
    pools ~ '.avoidable_ratio'
) }}
{%- endmacro %}
