-- A pool with a size of a step moves in steps and is allocated, by one activity or by
-- activities that all take minutes: other quantities have no sum to count steps of.
{{ config(meta={'policy': 'policy_cost_steps'}) }}
with

steps as (select * from {{ ref('policy_cost_steps') }}),

stepped_pools as (
    select distinct cost_pool_code
    from {{ ref('policy_cost_pools') }}
    where
        behaviour = 'step' and treatment in ('allocate', 'customer_sustaining')
),

mixed_pools as (
    select cost_pool_code
    from {{ ref('policy_activity_drivers') }}
    group by cost_pool_code, valid_from
    having
        count(*) > 1
        and count(*) filter (
            where driver_unit = 'minutes' or unit_minutes is not null
        ) < count(*)
)

select
    steps.cost_pool_code,
    steps.valid_from,
    case
        when stepped_pools.cost_pool_code is null
            then
                'has a size of a step, but no row of policy_cost_pools says behaviour'
                || ' step and treatment allocate or customer_sustaining'
        else 'has a size of a step, but activities in different units: no sum of steps'
    end as problem
from steps
left join stepped_pools using (cost_pool_code)
where
    stepped_pools.cost_pool_code is null
    or steps.cost_pool_code in (select mixed_pools.cost_pool_code from mixed_pools)
