-- What names an activity's part of a pool in an entity and period.
{% macro activity_key(relation=none) -%}
{%- set prefix = relation ~ '.' if relation else '' -%}
{{ prefix }}entity_code,
        {{ prefix }}fiscal_period,
        {{ prefix }}cost_pool_code,
        {{ prefix }}carried_by_pool_code,
        {{ prefix }}activity_code
{%- endmacro %}
