-- The value of a policy setting.
{% macro setting(setting_name) -%}
(
    select policy.setting_value
    from {{ ref('policy_settings') }} as policy
    where policy.setting_name = '{{ setting_name }}'
)
{%- endmacro %}
