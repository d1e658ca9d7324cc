-- Grain: one row per objective, segment wanted and segment by the objective.
-- Who would be treated otherwise under each objective, side by side.
with

drawn as (select * from {{ ref('rpt_objective_segments_by_customer') }})

select
    objective_code,
    segment_code,
    objective_segment_code,
    is_moved,
    count(*) as customer_count,
    cast(sum(net_sales_amount_base_ccy) as decimal(18, 2)) as net_sales_amount_base_ccy,
    cast(sum(contribution_amount_base_ccy) as decimal(18, 2))
        as contribution_amount_base_ccy,
    cast(sum(cost_effect_amount_base_ccy) as decimal(18, 2))
        as cost_effect_amount_base_ccy
from drawn
group by all
