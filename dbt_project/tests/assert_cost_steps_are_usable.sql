-- A pool with a size of a step moves in steps and is allocated, by one activity or by
-- activities that all take minutes: other quantities have no sum to count steps of.
-- What its activities were before the size was in force does not matter.
{{ config(meta={'policy': 'policy_cost_steps'}) }}
with

steps as (select * from {{ ref('policy_cost_steps') }}),

stepped_pools as (
    select distinct cost_pool_code
    from {{ ref('policy_cost_pools') }}
    where
        behaviour = 'step' and treatment in ('allocate', 'customer_sustaining')
),

activity_versions as (
    select
        cost_pool_code,
        lead(valid_from, 1, cast('9999-12-31' as date)) over (
            partition by cost_pool_code order by valid_from
        ) as superseded_from,
        count(*) > 1
        and count(*) filter (
            where driver_unit = 'minutes' or unit_minutes is not null
        ) < count(*) as is_mixed
    from {{ ref('policy_activity_drivers') }}
    group by cost_pool_code, valid_from
),

last_mixed as (
    select
        cost_pool_code,
        max(superseded_from) as mixed_until
    from activity_versions
    where is_mixed
    group by cost_pool_code
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
left join last_mixed using (cost_pool_code)
where
    stepped_pools.cost_pool_code is null
    or steps.valid_from < last_mixed.mixed_until
