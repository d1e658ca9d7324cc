-- Grain: one row per customer whose segment is not the one the model wants.
-- What each layer costs a year: the customer's sales of the last year of fiscal periods
-- times the difference in cost to serve between the segment allowed and the one wanted.
-- Negative where the layer saves; null where costs are unknown.
with

assignments as (
    select * from {{ ref('stg_segmentation__assignments') }}
    where model_segment_code != segment_code
),

ratios as (select * from {{ ref('rpt_cost_to_serve_ratios_by_segment') }}),

yearly as (select * from {{ ref('rpt_profitability_by_customer_year') }})

select
    assignments.customer_id,
    assignments.model_segment_code,
    assignments.damped_segment_code,
    assignments.guarded_segment_code,
    assignments.segment_code,
    assignments.assigned_by,
    assignments.decider_id,
    assignments.held_by,
    yearly.net_sales_amount_base_ccy as yearly_net_sales_amount_base_ccy,
    {{ yearly_cost('damped', 'wanted') }} as hysteresis_cost_amount_base_ccy,
    {{ yearly_cost('guarded', 'damped') }} as guard_cost_amount_base_ccy,
    {{ yearly_cost('in_force', 'guarded') }} as override_cost_amount_base_ccy
from assignments
left join yearly using (customer_id)
left join ratios as wanted on assignments.model_segment_code = wanted.segment_code
left join ratios as damped on assignments.damped_segment_code = damped.segment_code
left join ratios as guarded
    on assignments.guarded_segment_code = guarded.segment_code
left join ratios as in_force on assignments.segment_code = in_force.segment_code
