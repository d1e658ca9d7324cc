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
)

select
    policy_imputation.attribute,
    count(*) as examined_row_count,
    avg(flag_values.is_imputed) - max(policy_imputation.max_missing_ratio)
        as excess_imputed_ratio
from flag_values
inner join policy.policy_imputation
    on flag_values.flag = 'is_imputed_' || policy_imputation.attribute
group by policy_imputation.attribute
order by policy_imputation.attribute
