-- Grain: one row per customer that some resampled fit puts into another segment.
-- Fragile is who does not stay as often as policy asks: a move or a measure that hangs
-- on its segment deserves a second look.
with

flips as (select * from {{ ref('stg_segmentation__flip_ratios') }}),

assignments as (select * from {{ ref('stg_segmentation__assignments') }}),

yearly as (select * from {{ ref('rpt_profitability_by_customer_year') }})

select
    customer_id,
    assignments.model_version,
    assignments.model_segment_code,
    assignments.second_segment_code,
    flips.flip_ratio,
    flips.resample_count,
    flips.flip_ratio >= {{ threshold('fragile_flip_ratio') }} as is_fragile,
    yearly.net_sales_amount_base_ccy
from flips
inner join assignments using (customer_id)
left join yearly using (customer_id)
where flips.flip_ratio > 0
