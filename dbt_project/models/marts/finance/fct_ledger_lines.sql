-- Grain: one row per posting: a profit-and-loss line of the ledger, or a charge where
-- there is no ledger.
-- What was set aside while landing is one line per entity and period, so that the lines
-- of a pool add up to it, each of them.
with

ledger_lines as (select * from {{ ref('int_ledger_lines_mapped') }}),

quarantined_lines as (select * from {{ ref('int_ledger_lines_quarantined') }})

select
    entity_code,
    fiscal_period,
    coalesce(cost_pool_code, 'unmapped') as cost_pool_code,
    document_id,
    line_no,
    ledger_code,
    posting_date,
    account_id,
    account_name,
    cost_center_id,
    account_pattern,
    rule_valid_from_date,
    local_currency_code,
    cast(amount_local_ccy as decimal(22, 4)) as amount_local_ccy,
    cast(base_ccy_per_local_ccy as decimal(38, 18)) as base_ccy_per_local_ccy,
    amount_base_ccy
from ledger_lines
union all
select
    entity_code,
    fiscal_period,
    'quarantined' as cost_pool_code,
    'quarantined' as document_id,
    cast(1 as bigint) as line_no,
    'quarantined' as ledger_code,
    cast(null as date) as posting_date,
    'quarantined' as account_id,
    'Quarantined postings' as account_name,
    cast(null as varchar) as cost_center_id,
    cast(null as varchar) as account_pattern,
    cast(null as date) as rule_valid_from_date,
    local_currency_code,
    cast(amount_local_ccy as decimal(22, 4)) as amount_local_ccy,
    cast(base_ccy_per_local_ccy as decimal(38, 18)) as base_ccy_per_local_ccy,
    amount_base_ccy
from quarantined_lines
