-- Grain: one row per cost pool, patterns of account, cost centre and entity, and
-- valid-from date.
-- A rule for any cost centre or entity says `%`, as it does for any account.
with

mapping_rules as (select * from {{ ref('policy_cost_pools') }})

select
    cost_pool_code,
    account_pattern,
    coalesce(cost_center_id, '%') as cost_center_pattern,
    coalesce(entity_code, '%') as entity_pattern,
    valid_from as valid_from_date,
    valid_to as valid_to_date,
    cost_pool_name,
    treatment,
    behaviour,
    reason,
    approved_by
from mapping_rules
