-- Grain: one row per entity and account that policy does not map exactly once.
-- A refresh stops on any row here, naming the first posting and what is at stake.
with

ledger_lines as (select * from {{ ref('int_ledger_lines_mapped') }}),

unmapped_lines as (
    select
        *,
        row_number() over (
            partition by entity_code, account_id
            order by posting_date, document_id, line_no
        ) as posting_rank
    from ledger_lines
    where cost_pool_code is null
)

select
    ledger_code,
    entity_code,
    account_id,
    max(account_name) as account_name,
    case
        when max(account_type) = 'unknown' then 'not_in_chart_of_accounts'
        when max(rule_count) = 0 then 'no_mapping_rule'
        else 'several_mapping_rules'
    end as problem_code,
    max(case when posting_rank = 1 then fiscal_period end) as first_fiscal_period,
    max(case when posting_rank = 1 then posting_date end) as first_posting_date,
    max(case when posting_rank = 1 then document_id end) as first_document_id,
    max(case when posting_rank = 1 then line_no end) as first_line_no,
    count(*) as posting_count,
    cast(sum(amount_base_ccy) as decimal(18, 2)) as amount_base_ccy
from unmapped_lines
group by ledger_code, entity_code, account_id
