-- Grain: one row per objective and customer not excluded from segmentation.
-- The same customers drawn into as many segments by what policy weighs for each
-- objective, with the money that would be treated otherwise. The price of a move is the
-- customer's net sales times the difference of the segments' cost-to-serve ratios.
with

drawn as (select * from {{ ref('stg_segmentation__objective_segments') }}),

assignments as (select * from {{ ref('stg_segmentation__assignments') }}),

yearly as (select * from {{ ref('rpt_profitability_by_customer_year') }}),

ratios as (select * from {{ ref('rpt_cost_to_serve_ratios_by_segment') }})

select
    drawn.objective_code,
    customer_id,
    assignments.model_version,
    assignments.model_segment_code as segment_code,
    drawn.objective_segment_code,
    drawn.objective_segment_code != assignments.model_segment_code as is_moved,
    yearly.net_sales_amount_base_ccy,
    yearly.contribution_amount_base_ccy,
    cast(round(
        yearly.net_sales_amount_base_ccy
        * (theirs.cost_to_serve_ratio - own.cost_to_serve_ratio), 2
    ) as decimal(18, 2)) as cost_effect_amount_base_ccy
from drawn
inner join assignments using (customer_id)
left join yearly using (customer_id)
left join ratios as own on assignments.model_segment_code = own.segment_code
left join ratios as theirs on drawn.objective_segment_code = theirs.segment_code
