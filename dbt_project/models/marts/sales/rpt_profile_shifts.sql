-- Grain: one row per profile, class by volume and class by the profile.
-- Who would be treated otherwise if margin or risk decided instead of volume.
with

classes as (select * from {{ ref('rpt_profile_classes_by_customer') }})

select
    profile_code,
    volume_class,
    coalesce(profile_class, 'unknown') as profile_class,
    count(*) as customer_count,
    cast(sum(net_sales_amount_base_ccy) as decimal(18, 2)) as net_sales_amount_base_ccy,
    cast(sum(contribution_amount_base_ccy) as decimal(18, 2))
        as contribution_amount_base_ccy
from classes
group by all
