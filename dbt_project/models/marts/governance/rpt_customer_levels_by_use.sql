-- Grain: one row per use of a level of the customer hierarchy.
-- Whom orders name (the mapping), who is segmented and whom profit is shown for
-- (policy).
with

declared_level as (select * from {{ ref('int_customer_level_declared') }}),

settings as (select * from {{ ref('policy_settings') }})

select
    'orders' as level_use,
    customer_key_code as level_code
from declared_level
union all
select
    replace(setting_name, '_level_code', '') as level_use,
    setting_value as level_code
from settings
where setting_name in ('segmentation_level_code', 'cost_level_code')
