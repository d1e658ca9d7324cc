-- Grain: one row per guard: its latest version that has begun.
-- What it did in this release, and by when it has to be renewed.
with

guards as {{ in_force(ref('policy_assignment_guards'), ['guard_id']) }},

hits as (select * from {{ ref('rpt_guard_hits_by_customer') }}),

refresh as (select * from {{ ref('stg_refresh__parameters') }}),

counts as (
    select
        guard_id,
        count(*) as hit_count,
        count(*) filter (where not is_feasible) as infeasible_count,
        sum(yearly_cost_amount_base_ccy) as yearly_cost_amount_base_ccy
    from hits
    group by guard_id
)

select
    guard_id,
    guards.reason,
    guards.approved_by,
    guards.valid_to as valid_to_date,
    case
        when guards.valid_to > refresh.as_of_date then 'in_force' else 'expired'
    end as guard_status,
    guards.valid_to - refresh.as_of_date as expiry_days,
    coalesce(counts.hit_count, 0) as hit_count,
    coalesce(counts.infeasible_count, 0) as infeasible_count,
    cast(counts.yearly_cost_amount_base_ccy as decimal(18, 2))
        as yearly_cost_amount_base_ccy
from guards
cross join refresh
left join counts using (guard_id)
