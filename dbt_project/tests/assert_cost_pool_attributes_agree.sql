-- At any date a cost pool has one name, treatment, behaviour, avoidability and reason,
-- however many mapping rules it has. They may change from one date to the next.
with

mapping_rules as (
    select
        *,
        coalesce(valid_to, cast('9999-12-31' as date)) as ends_on
    from {{ ref('policy_cost_pools') }}
)

select
    cost_pool_code,
    later_rules.account_pattern,
    later_rules.valid_from,
    'has another name, treatment, behaviour, avoidability or reason than the row of '
    || mapping_rules.account_pattern || ' at the same date' as problem
from mapping_rules
inner join mapping_rules as later_rules using (cost_pool_code)
where
    mapping_rules.valid_from <= later_rules.valid_from
    and later_rules.valid_from < mapping_rules.ends_on
    and (
        mapping_rules.cost_pool_name != later_rules.cost_pool_name
        or mapping_rules.treatment != later_rules.treatment
        or mapping_rules.behaviour is distinct from later_rules.behaviour
        or mapping_rules.avoidable_ratio is distinct from later_rules.avoidable_ratio
        or mapping_rules.avoidability_months
        is distinct from later_rules.avoidability_months
        or mapping_rules.reason != later_rules.reason
    )
