-- Grain: one row per pair of identifiers a steward's decision is in force for.
with

decisions as (select * from {{ ref('int_identity_decisions_judged') }})

select
    decision,
    from_key,
    to_key,
    decided_date,
    decided_by,
    reason
from decisions
where decision_status = 'in_force'
