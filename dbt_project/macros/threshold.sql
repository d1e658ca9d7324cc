-- The value of a policy threshold in force on the refresh's as-of date.
{% macro threshold(threshold_name) -%}
(
    select arg_max(policy.value, policy.valid_from)
    from {{ ref('policy_thresholds') }} as policy
    where
        policy.name = '{{ threshold_name }}'
        and policy.valid_from <= {{ as_of_date() }}
)
{%- endmacro %}
