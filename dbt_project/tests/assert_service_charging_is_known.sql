-- The method that services are charged by is one there is, and the order of step_down
-- names service pools: a misspelt one would be charged by another rule.
{{ config(meta={'policy': 'policy_settings'}) }}
with

service_pools as (
    select * from {{ ref('policy_cost_pools') }}
    where treatment = 'service'
),

settings as (select * from {{ ref('policy_settings') }}),

ordered_names as (
    select
        setting_name,
        unnest(string_split(setting_value, ' ')) as pool_name
    from settings
    where setting_name = 'service_step_order'
)

select
    setting_name,
    setting_value || ' is none of: reciprocal, direct, step_down' as problem
from settings
where
    setting_name = 'service_allocation_method'
    and setting_value not in ('reciprocal', 'direct', 'step_down')
union all
select
    setting_name,
    pool_name || ' is no cost pool with treatment service' as problem
from ordered_names
where
    pool_name not in ('', 'by_output')
    and pool_name not in (select service_pools.cost_pool_code from service_pools)
