-- The median of an attribute, where the imputation policy lets it fill the gaps.
{% macro filling_median(attribute) -%}
case
    when count(*) - count({{ attribute }}) <= count(*) * (
        select policy.max_missing_ratio
        from {{ ref('policy_imputation') }} as policy
        where
            policy.attribute = '{{ attribute }}'
            and policy.method = 'median'
            and policy.valid_from <= {{ as_of_date() }}
    ) then median({{ attribute }})
end as {{ attribute }}
{%- endmacro %}
