-- Amount carried by pools of some treatments, 0 where there are none.
{% macro carried_by(treatments) -%}
coalesce(
    sum(carried_amount_base_ccy) filter (where carrying_treatment in ({{ treatments }})),
    0
)
{%- endmacro %}
