-- Per entity and period the ledger amounts of the reconciliation are all postings on
-- profit-and-loss accounts plus the quarantined ones: no pool is missing or doubled.
with

reconciled as (
    select
        entity_code,
        fiscal_period,
        sum(gl_amount_base_ccy) as amount_base_ccy
    from {{ ref('rpt_gl_reconciliation_by_cost_pool_month') }}
    group by all
),

posted as (
    select
        entity_code,
        fiscal_period,
        sum(amount_base_ccy) as amount_base_ccy
    from (
        select
            entity_code,
            fiscal_period,
            amount_base_ccy
        from {{ ref('int_ledger_lines_converted') }}
        where ledger_code = 'general_ledger'
        union all
        select
            entity_code,
            fiscal_period,
            amount_base_ccy
        from {{ ref('int_ledger_lines_quarantined') }}
    )
    group by all
)

select
    entity_code,
    fiscal_period,
    reconciled.amount_base_ccy as reconciled_amount_base_ccy,
    posted.amount_base_ccy as posted_amount_base_ccy
from reconciled
full outer join posted using (entity_code, fiscal_period)
where reconciled.amount_base_ccy is distinct from posted.amount_base_ccy
