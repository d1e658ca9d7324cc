-- Grain: one row per ledger, entity, fiscal period and cost pool.
-- A pool's treatment, name, reason and size of a step are those in force on its last
-- posting of the period. Quarantined postings are a pool of their own: their account
-- cannot be trusted. Unmapped ones are too; no treatment takes them, so they never
-- reconcile. An adjusting period goes by its whole year, for which a step of one period
-- is no measure.
with

costed_pools as (select * from {{ ref('int_cost_pools_posted') }}),

quarantined_lines as (select * from {{ ref('int_ledger_lines_quarantined') }}),

mapping_rules as (select * from {{ ref('policy_cost_pools') }}),

pool_attributes as (
    select distinct
        cost_pool_code,
        cost_pool_name,
        treatment,
        reason,
        behaviour,
        avoidable_ratio,
        avoidability_months,
        valid_from
    from mapping_rules
),

pool_versions as (
    select
        *,
        lead(valid_from, 1, cast('9999-12-31' as date)) over (
            partition by cost_pool_code order by valid_from
        ) as superseded_from
    from pool_attributes
),

adjusting_periods as (select * from {{ ref('int_adjusting_periods_found') }}),

step_sizes as (
    select
        cost_pool_code,
        step_qty,
        valid_from,
        lead(valid_from, 1, cast('9999-12-31' as date)) over (
            partition by cost_pool_code order by valid_from
        ) as superseded_from
    from {{ ref('policy_cost_steps') }}
)

select
    costed_pools.ledger_code,
    costed_pools.entity_code,
    costed_pools.fiscal_period,
    coalesce(pool_versions.cost_pool_code, 'unmapped') as cost_pool_code,
    coalesce(pool_versions.cost_pool_name, 'Unmapped accounts') as cost_pool_name,
    coalesce(pool_versions.treatment, 'unmapped') as treatment,
    coalesce(pool_versions.reason, 'No mapping rule, or several') as reason,
    pool_versions.behaviour,
    pool_versions.avoidable_ratio,
    pool_versions.avoidability_months,
    case
        when
            pool_versions.behaviour = 'step' and adjusting_periods.fiscal_period is null
            then step_sizes.step_qty
    end as step_qty,
    costed_pools.last_posting_date,
    costed_pools.posting_count,
    costed_pools.pool_amount_base_ccy
from costed_pools
left join pool_versions
    on
        costed_pools.cost_pool_code = pool_versions.cost_pool_code
        and costed_pools.last_posting_date >= pool_versions.valid_from
        and costed_pools.last_posting_date < pool_versions.superseded_from
left join step_sizes
    on
        costed_pools.cost_pool_code = step_sizes.cost_pool_code
        and costed_pools.last_posting_date >= step_sizes.valid_from
        and costed_pools.last_posting_date < step_sizes.superseded_from
left join adjusting_periods
    on
        costed_pools.entity_code = adjusting_periods.entity_code
        and costed_pools.fiscal_period = adjusting_periods.fiscal_period
union all
select
    'general_ledger' as ledger_code,
    entity_code,
    fiscal_period,
    'quarantined' as cost_pool_code,
    'Quarantined postings' as cost_pool_name,
    'quarantined' as treatment,
    'The posting failed its landing contract' as reason,
    cast(null as varchar) as behaviour,
    cast(null as decimal(18, 6)) as avoidable_ratio,
    cast(null as bigint) as avoidability_months,
    cast(null as decimal(18, 6)) as step_qty,
    cast(null as date) as last_posting_date,
    row_count as posting_count,
    amount_base_ccy as pool_amount_base_ccy
from quarantined_lines
