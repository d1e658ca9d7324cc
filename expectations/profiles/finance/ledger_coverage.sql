-- Grain: one row per legal entity.
-- From the journals known at the as-of date on: every profit-and-loss posting is in
-- one pool, and every pool of every period is reconciled.
with

landed as (
    select
        journal_lines.entity_code,
        count(*) as line_count
    from raw.gl__journal_lines as journal_lines
    left join raw.gl__accounts as accounts using (account_id)
    where coalesce(accounts.account_type in ('revenue', 'cogs', 'expense'), true)
    group by journal_lines.entity_code
),

mapped as (
    select
        entity_code,
        count(*) as line_count,
        count(*) filter (where cost_pool_code is null) as unmapped_line_count,
        min('account ' || account_id) filter (where cost_pool_code is null)
            as first_case,
        sum(amount_base_ccy) as ledger_amount
    from intermediate.int_ledger_lines_mapped
    where ledger_code = 'general_ledger'
    group by entity_code
),

pools as (
    select
        ledger_lines.entity_code,
        count(*) filter (where reconciliation.cost_pool_code is null)
            as unreconciled_pool_count
    from (
        select distinct
            entity_code,
            fiscal_period,
            cost_pool_code
        from intermediate.int_ledger_lines_mapped
        where ledger_code = 'general_ledger' and cost_pool_code is not null
    ) as ledger_lines
    left join finance.rpt_gl_reconciliation_by_cost_pool_month as reconciliation
        using (entity_code, fiscal_period, cost_pool_code)
    group by ledger_lines.entity_code
),

reconciled as (
    select
        entity_code,
        sum(gl_amount_base_ccy - quarantined_amount_base_ccy) as ledger_amount
    from finance.rpt_gl_reconciliation_by_cost_pool_month
    group by entity_code
)

select
    landed.entity_code,
    landed.line_count as examined_row_count,
    landed.line_count - coalesce(mapped.line_count, 0) as lost_line_count,
    coalesce(mapped.unmapped_line_count, 0) as unmapped_line_count,
    mapped.first_case,
    coalesce(pools.unreconciled_pool_count, 0) as unreconciled_pool_count,
    cast(
        100 * (
            coalesce(mapped.ledger_amount, 0) - coalesce(reconciled.ledger_amount, 0)
        ) as bigint
    ) as ledger_difference_cents
from landed
left join mapped using (entity_code)
left join pools using (entity_code)
left join reconciled using (entity_code)
order by landed.entity_code
