-- Grain: one row per decision a steward gave.
-- What became of it: in force and carried out, in force and not (a chain of other links
-- stands against it), or not in force and why.
with

decisions as (select * from {{ ref('int_identity_decisions_judged') }}),

parties as (select * from {{ ref('int_parties_resolved') }}),

joined as (
    select
        decisions.*,
        from_parties.customer_id as from_customer_id,
        to_parties.customer_id as to_customer_id,
        from_parties.customer_id = to_parties.customer_id as is_same_customer
    from decisions
    left join parties as from_parties
        on decisions.from_key = from_parties.identifier_key
    left join parties as to_parties on decisions.to_key = to_parties.identifier_key
)

select
    decision,
    from_key,
    to_key,
    decided_date,
    decided_by,
    reason,
    valid_to_date,
    decision_status,
    case
        when decision_status != 'in_force' then 'none'
        when decision = 'must_merge' and is_same_customer then 'one_customer'
        when decision != 'must_merge' and not is_same_customer then 'kept_apart'
        else 'ineffective'
    end as effect,
    from_customer_id,
    to_customer_id
from joined
