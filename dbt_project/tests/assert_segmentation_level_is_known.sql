-- What is segmented and costed is the customer or the head of its family.
select setting_value
from {{ ref('policy_settings') }}
where
    setting_name = 'segmentation_level_code'
    and setting_value not in ('customer', 'parent')
