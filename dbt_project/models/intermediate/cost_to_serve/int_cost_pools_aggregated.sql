-- Grain: one row per ledger, entity, fiscal period and cost pool.
-- Quarantined postings are a pool of their own: their account cannot be trusted.
-- Unmapped postings are one too; no treatment takes them, so they never reconcile.
with

ledger_lines as (select * from {{ ref('int_ledger_lines_mapped') }}),

quarantined_lines as (select * from {{ ref('int_ledger_lines_quarantined') }}),

pools as (
    select distinct
        cost_pool_code,
        cost_pool_name,
        treatment,
        reason,
        behaviour,
        activity_code
    from {{ ref('policy_cost_pools') }}
)

select
    ledger_lines.ledger_code,
    ledger_lines.entity_code,
    ledger_lines.fiscal_period,
    coalesce(pools.cost_pool_code, 'unmapped') as cost_pool_code,
    coalesce(pools.cost_pool_name, 'Unmapped accounts') as cost_pool_name,
    coalesce(pools.treatment, 'unmapped') as treatment,
    coalesce(pools.reason, 'No mapping rule, or several') as reason,
    pools.behaviour,
    pools.activity_code,
    count(*) as posting_count,
    cast(sum(ledger_lines.amount_base_ccy) as decimal(18, 2)) as pool_amount_base_ccy
from ledger_lines
left join pools using (cost_pool_code)
group by all
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
    cast(null as varchar) as activity_code,
    row_count as posting_count,
    amount_base_ccy as pool_amount_base_ccy
from quarantined_lines
