-- The value of a policy threshold in force on the refresh's as-of date; without one the
-- refresh stops, as every comparison with null would be silently unknown.
{% macro threshold(threshold_name) -%}
(
    select
        case
            when count(*) = 0
                then error(
                    'policy incomplete: policy_thresholds has no '
                    || '{{ threshold_name }} in force on the as-of date'
                )
            else arg_max(policy.value, policy.valid_from)
        end
    from {{ ref('policy_thresholds') }} as policy
    where
        policy.name = '{{ threshold_name }}'
        and policy.valid_from <= {{ as_of_date() }}
)
{%- endmacro %}
