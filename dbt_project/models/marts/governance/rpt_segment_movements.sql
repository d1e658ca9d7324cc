-- Grain: one row per former and following segment.
-- Who moved where since the release before, with the money of the last year of fiscal
-- periods that moved along, and how their sales changed against the year before: by
-- what they did and by exchange rates. Former segment `new`: customers of this release.
with

assignments as (select * from {{ ref('stg_segmentation__assignments') }}),

refresh as (select * from {{ ref('stg_refresh__parameters') }}),

yearly as (select * from {{ ref('rpt_profitability_by_customer_year') }}),

changes as (
    select
        customer_id,
        sum(change_amount_base_ccy) as change_amount,
        sum(real_change_amount_base_ccy) as real_change_amount,
        sum(exchange_rate_effect_amount_base_ccy) as exchange_rate_effect_amount
    from {{ ref('rpt_sales_movements_by_customer') }}
    group by customer_id
)

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
        as contribution_amount_base_ccy,
    cast(sum(changes.change_amount) as decimal(18, 2)) as change_amount_base_ccy,
    cast(sum(changes.real_change_amount) as decimal(18, 2))
        as real_change_amount_base_ccy,
    cast(sum(changes.exchange_rate_effect_amount) as decimal(18, 2))
        as exchange_rate_effect_amount_base_ccy
from assignments
cross join refresh
left join yearly using (customer_id)
left join changes using (customer_id)
group by all
