-- Grain: one row per profit-and-loss posting, with the cost pool it belongs to.
-- The most specific rule wins: entity and cost centre given first, then the longer
-- account pattern. No rule, or two equally specific ones, leaves the pool null.
with

ledger_lines as (select * from {{ ref('int_ledger_lines_converted') }}),

posted_accounts as (
    select distinct
        entity_code,
        account_id,
        coalesce(cost_center_id, '') as cost_center_id,
        posting_date
    from ledger_lines
),

chosen_rules as (
    select * from {{ chosen_pool_rules('posted_accounts') }} as rules
)

select
    ledger_lines.ledger_code,
    ledger_lines.entity_code,
    ledger_lines.document_id,
    ledger_lines.line_no,
    ledger_lines.fiscal_period,
    ledger_lines.posting_date,
    ledger_lines.account_id,
    ledger_lines.account_name,
    ledger_lines.account_type,
    ledger_lines.cost_center_id,
    ledger_lines.source_document_id,
    ledger_lines.customer_id,
    case
        when chosen_rules.rule_count = 1 then chosen_rules.cost_pool_code
    end as cost_pool_code,
    chosen_rules.account_pattern,
    chosen_rules.rule_valid_from_date,
    coalesce(chosen_rules.rule_count, 0) as rule_count,
    ledger_lines.local_currency_code,
    ledger_lines.amount_local_ccy,
    ledger_lines.base_ccy_per_local_ccy,
    ledger_lines.amount_base_ccy
from ledger_lines
left join chosen_rules
    on
        ledger_lines.entity_code = chosen_rules.entity_code
        and ledger_lines.account_id = chosen_rules.account_id
        and coalesce(ledger_lines.cost_center_id, '') = chosen_rules.cost_center_id
        and ledger_lines.posting_date = chosen_rules.posting_date
