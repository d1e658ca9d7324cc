-- The value of a policy setting; without one the refresh stops.
{% macro setting(setting_name) -%}
(
    select
        case
            when count(*) = 0
                then error(
                    'policy incomplete: policy_settings has no {{ setting_name }}'
                )
            else max(policy.setting_value)
        end
    from {{ ref('policy_settings') }} as policy
    where policy.setting_name = '{{ setting_name }}'
)
{%- endmacro %}
