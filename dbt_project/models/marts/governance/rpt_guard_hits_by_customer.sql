-- Grain: one row per customer and guard that forbade the segment wanted.
with

hits as (select * from {{ ref('stg_segmentation__guard_hits') }}),

guards as {{ in_force(ref('policy_assignment_guards'), ['guard_id']) }},

costs as (select * from {{ ref('rpt_assignment_costs_by_customer') }}),

refresh as (select * from {{ ref('stg_refresh__parameters') }})

select
    customer_id,
    guard_id,
    refresh.release_id,
    hits.wanted_segment_code,
    hits.allowed_segment_code,
    hits.is_feasible,
    guards.action as guard_action,
    guards.reason,
    guards.approved_by,
    guards.valid_to as valid_to_date,
    guards.valid_to - refresh.as_of_date as expiry_days,
    costs.guard_cost_amount_base_ccy as yearly_cost_amount_base_ccy
from hits
cross join refresh
inner join guards using (guard_id)
left join costs using (customer_id)
