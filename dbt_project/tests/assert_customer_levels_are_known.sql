-- Customers are segmented as such or as the head of their family; their profit is also
-- shown by the account that goods go to.
select
    setting_name,
    setting_value || ' is none of: '
    || if(setting_name = 'cost_level_code', 'ship_to, ', '')
    || 'customer, parent' as problem
from {{ ref('policy_settings') }}
where
    (
        setting_name = 'segmentation_level_code'
        and setting_value not in ('customer', 'parent')
    )
    or (
        setting_name = 'cost_level_code'
        and setting_value not in ('ship_to', 'customer', 'parent')
    )
