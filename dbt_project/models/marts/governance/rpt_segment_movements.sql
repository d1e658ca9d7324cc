-- Grain: one row per former and following segment.
-- Who moved where since the release before, with the money of the last twelve fiscal
-- periods that moved along; former segment `new` for customers of this release.
with

assignments as (select * from {{ ref('stg_segmentation__assignments') }}),

refresh as (select * from {{ ref('stg_refresh__parameters') }}),

yearly as (select * from {{ ref('rpt_profitability_by_customer_year') }})

select
    coalesce(assignments.previous_segment_code, 'new') as from_segment_code,
    assignments.segment_code as to_segment_code,
    refresh.release_id,
    count(*) as customer_count,
    cast(sum(yearly.net_sales_amount_base_ccy) as decimal(18, 2))
        as net_sales_amount_base_ccy,
    cast(sum(yearly.cost_to_serve_amount_base_ccy) as decimal(18, 2))
        as cost_to_serve_amount_base_ccy,
    cast(sum(yearly.contribution_amount_base_ccy) as decimal(18, 2))
        as contribution_amount_base_ccy
from assignments
cross join refresh
left join yearly using (customer_id)
group by all
