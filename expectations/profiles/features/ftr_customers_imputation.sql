-- Grain: one row per attribute that policy lets be filled in.
with

flags as (
    select cast(columns('^is_imputed_') as integer)
    from features.ftr_customers
    where not is_excluded
),

flag_values as (
    unpivot flags
    on columns(*)
    into name flag value is_imputed
),

limits as (
    select
        policy_imputation.attribute,
        arg_max(
            policy_imputation.max_missing_ratio, policy_imputation.valid_from
        ) as max_missing_ratio
    from policy.policy_imputation
    inner join raw.refresh_parameters
        on policy_imputation.valid_from <= refresh_parameters.as_of_date
    group by policy_imputation.attribute
)

select
    limits.attribute,
    count(*) as examined_row_count,
    avg(flag_values.is_imputed) - max(limits.max_missing_ratio)
        as excess_imputed_ratio
from flag_values
inner join limits on flag_values.flag = 'is_imputed_' || limits.attribute
group by limits.attribute
order by limits.attribute
