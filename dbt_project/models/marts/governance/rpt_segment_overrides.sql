-- Grain: one row per override a person gave.
-- Whether it counts, what it changes, what it costs a year and has cost up to now.
with

overrides as (select * from {{ ref('int_segment_overrides_judged') }}),

assignments as (select * from {{ ref('stg_segmentation__assignments') }}),

costs as (select * from {{ ref('rpt_assignment_costs_by_customer') }}),

refresh as (select * from {{ ref('stg_refresh__parameters') }}),

priced as (
    select
        overrides.*,
        refresh.as_of_date,
        assignments.guarded_segment_code,
        assignments.decider_id = overrides.override_id
        and assignments.assigned_by = 'override' as is_carried_out,
        costs.override_cost_amount_base_ccy
    from overrides
    cross join refresh
    left join assignments using (customer_id)
    left join costs using (customer_id)
)

select
    override_id,
    customer_id,
    segment_code,
    guarded_segment_code as wanted_segment_code,
    valid_from_date,
    valid_to_date,
    reason,
    requested_by,
    approved_by,
    decided_date,
    override_status,
    case
        when override_status != 'in_force' then 'none'
        when not coalesce(is_carried_out, false) then 'unknown_segment'
        when guarded_segment_code = segment_code then 'agrees_with_model'
        else 'carried_out'
    end as effect,
    valid_to_date - as_of_date as expiry_days,
    case when is_carried_out then override_cost_amount_base_ccy end
        as yearly_cost_amount_base_ccy,
    case
        when is_carried_out
            then cast(round(
                override_cost_amount_base_ccy
                * greatest(as_of_date - valid_from_date, 0)
                / {{ threshold('days_per_year') }}, 2
            ) as decimal(18, 2))
    end as cost_to_date_amount_base_ccy
from priced
