-- Grain: one row per segment with exceptional customers apart and with them capped.
-- Both are drawn anew from today's customers, so that only the treatment differs: who
-- is not exceptional and changes segment owes it to the treatment of those who are.
with

treatments as (
    select
        customer_id,
        model_version,
        coalesce(apart_segment_code, 'none') as apart_segment_code,
        coalesce(capped_segment_code, 'none') as capped_segment_code
    from {{ ref('stg_segmentation__outlier_treatments') }}
),

yearly as (select * from {{ ref('rpt_profitability_by_customer_year') }})

select
    treatments.apart_segment_code,
    treatments.capped_segment_code,
    treatments.model_version,
    treatments.apart_segment_code = 'EXC' as is_exceptional,
    treatments.apart_segment_code not in ('EXC', treatments.capped_segment_code)
        as is_moved_by_treatment,
    count(*) as customer_count,
    cast(sum(yearly.net_sales_amount_base_ccy) as decimal(18, 2))
        as net_sales_amount_base_ccy,
    cast(sum(yearly.contribution_amount_base_ccy) as decimal(18, 2))
        as contribution_amount_base_ccy
from treatments
left join yearly using (customer_id)
group by all
