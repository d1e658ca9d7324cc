-- Grain: one row per profit-and-loss posting, cost positive.
-- With no general ledger the cost charges stand in for it, each charge type an account.
-- An account missing from the chart counts as profit and loss, so that it surfaces.
with

journal_lines as (select * from {{ ref('stg_gl__journal_lines') }}),

accounts as (select * from {{ ref('stg_gl__accounts') }}),

charges as (select * from {{ ref('int_charges_converted') }}),

customers as (
    select * from {{ ref('int_customers_resolved') }}
    where source_system = 'erp'
),

flow_rates as (
    select *
    from {{ ref('int_exchange_rates_daily') }}
    where rate_type = {{ setting('flow_rate_type') }}
)

select
    'general_ledger' as ledger_code,
    journal_lines.entity_code,
    journal_lines.journal_id as document_id,
    journal_lines.line_no,
    journal_lines.fiscal_period,
    journal_lines.posting_date,
    journal_lines.account_id,
    accounts.account_name,
    coalesce(accounts.account_type, 'unknown') as account_type,
    journal_lines.cost_center_id,
    journal_lines.local_currency_code,
    journal_lines.amount_local_ccy,
    case
        when journal_lines.amount_base_ccy is null
            then flow_rates.base_ccy_per_local_ccy
    end as base_ccy_per_local_ccy,
    journal_lines.source_document_id,
    customers.customer_id,
    coalesce(
        journal_lines.amount_base_ccy,
        {{ to_base_amount(
            'journal_lines.amount_local_ccy', 'flow_rates.base_ccy_per_local_ccy'
        ) }}
    ) as amount_base_ccy
from journal_lines
left join accounts using (account_id)
left join customers on journal_lines.customer_id = customers.source_customer_id
left join flow_rates
    on
        journal_lines.local_currency_code = flow_rates.currency_code
        and journal_lines.posting_date = flow_rates.calendar_date
where
    accounts.account_type is null
    or accounts.account_type in ('revenue', 'cogs', 'expense')
union all
select
    'charges' as ledger_code,
    entity_code,
    source_system || ':' || document_id as document_id,
    line_no,
    fiscal_period,
    charged_date as posting_date,
    'charge:' || charge_type as account_id,
    charge_type || ' charges' as account_name,
    'charge' as account_type,
    cast(null as varchar) as cost_center_id,
    local_currency_code,
    amount_local_ccy,
    base_ccy_per_local_ccy,
    coalesce(order_id, shipment_id) as source_document_id,
    customer_id,
    amount_base_ccy
from charges
where direction = 'cost' and not {{ is_available('gl__journal_lines') }}
