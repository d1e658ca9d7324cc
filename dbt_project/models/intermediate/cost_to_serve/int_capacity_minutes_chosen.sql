-- Grain: one row per entity, fiscal period and worker group.
-- Hours delivered win; where there are none, policy states the practical minutes of a
-- period, for the entity or for all, as in force on the period's last posting. An
-- adjusting period has no capacity of its own.
with

delivered_minutes as (select * from {{ ref('int_capacity_minutes_aggregated') }}),

pools as (select * from {{ ref('int_cost_pools_aggregated') }}),

adjusting_periods as (select * from {{ ref('int_adjusting_periods_found') }}),

capacity_policy as (select * from {{ ref('policy_capacities') }}),

costed_periods as (
    select
        entity_code,
        fiscal_period,
        max(pools.last_posting_date) as last_posting_date
    from pools
    anti join adjusting_periods using (entity_code, fiscal_period)
    group by all
),

stated_minutes as (
    select
        costed_periods.entity_code,
        costed_periods.fiscal_period,
        capacity_policy.worker_group,
        cast(
            cast(capacity_policy.theoretical_minutes as decimal(28, 4))
            * capacity_policy.practical_ratio as decimal(18, 4)
        ) as practical_capacity_minutes
    from costed_periods
    inner join capacity_policy
        on
            costed_periods.entity_code
            = coalesce(capacity_policy.entity_code, costed_periods.entity_code)
            and costed_periods.last_posting_date >= capacity_policy.valid_from
    qualify row_number() over (
        partition by
            costed_periods.entity_code,
            costed_periods.fiscal_period,
            capacity_policy.worker_group
        order by capacity_policy.entity_code nulls last, capacity_policy.valid_from desc
    ) = 1
)

select
    entity_code,
    fiscal_period,
    worker_group,
    coalesce(
        delivered_minutes.practical_capacity_minutes,
        stated_minutes.practical_capacity_minutes
    ) as practical_capacity_minutes,
    delivered_minutes.productive_minutes
from delivered_minutes
full outer join stated_minutes using (entity_code, fiscal_period, worker_group)
