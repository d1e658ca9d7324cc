-- Grain: one row per sub-ledger, side, entity, fiscal period, ledger document, item and
-- currency.
-- Revenue: the pool the settings name against order lines and charges passed on. A type
-- of charge: the pools it drives against the charges. A sub-ledger row has the ledger
-- document that its invoice or its charge names.
with

ledger_lines as (
    select * from {{ ref('int_ledger_lines_mapped') }}
    where ledger_code = 'general_ledger'
),

explained_pools as (
    select
        'revenue' as subledger_code,
        {{ setting('revenue_pool_code') }} as cost_pool_code,
        -1 as sign
    union
    select
        regexp_replace(driver_code, '_charges$', '') as subledger_code,
        cost_pool_code,
        1 as sign
    from {{ ref('int_cost_activities_driven') }}
    where suffix(driver_code, '_charges')
),

order_lines as (
    select * from {{ ref('int_order_lines_converted') }}
    where is_net_sales and {{ is_available('gl__journal_lines') }}
),

charges as (
    select * from {{ ref('int_charges_converted') }}
    where {{ is_available('gl__journal_lines') }}
),

freight_documents as (select * from {{ ref('stg_tms__freight_charges') }}),

-- A line invoiced under two ledger documents names neither.
invoice_documents as (
    select
        order_id,
        order_line_no as line_no,
        min(gl_document_id) as gl_document_id
    from {{ ref('stg_erp__invoice_lines') }}
    group by all
    having count(distinct gl_document_id) = 1
)

select
    explained_pools.subledger_code,
    'ledger' as side,
    ledger_lines.entity_code,
    ledger_lines.fiscal_period,
    ledger_lines.document_id as gl_document_id,
    ledger_lines.account_id as item_code,
    ledger_lines.local_currency_code,
    sum(explained_pools.sign * ledger_lines.amount_local_ccy) as amount_local_ccy,
    sum(explained_pools.sign * ledger_lines.amount_base_ccy) as amount_base_ccy
from ledger_lines
inner join explained_pools using (cost_pool_code)
group by all
union all
select
    'revenue' as subledger_code,
    'subledger' as side,
    order_lines.entity_code,
    order_lines.fiscal_period,
    coalesce(invoice_documents.gl_document_id, 'none') as gl_document_id,
    order_lines.document_type as item_code,
    order_lines.local_currency_code,
    sum(order_lines.net_amount_local_ccy) as amount_local_ccy,
    sum(order_lines.net_amount_base_ccy) as amount_base_ccy
from order_lines
left join invoice_documents using (order_id, line_no)
group by all
union all
select
    explained_pools.subledger_code,
    'subledger' as side,
    charges.entity_code,
    charges.fiscal_period,
    coalesce(freight_documents.gl_document_id, 'none') as gl_document_id,
    charges.charge_type as item_code,
    charges.local_currency_code,
    sum(charges.amount_local_ccy) as amount_local_ccy,
    sum(charges.amount_base_ccy) as amount_base_ccy
from charges
inner join (select distinct subledger_code from explained_pools) as explained_pools
    on
        explained_pools.subledger_code
        = if(charges.direction = 'revenue', 'revenue', charges.charge_type)
left join freight_documents
    on
        charges.source_system = 'tms'
        and charges.document_id = freight_documents.carrier_invoice_id
        and charges.line_no = freight_documents.line_no
group by all
