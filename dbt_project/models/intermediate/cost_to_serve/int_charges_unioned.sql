-- Grain: one row per charge: a carrier invoice line or an ERP charge line.
-- A charge must be delivered in one of the two tables, never in both.
with

freight_charges as (select * from {{ ref('stg_tms__freight_charges') }}),

erp_charges as (select * from {{ ref('stg_erp__charges') }})

select
    'tms' as source_system,
    carrier_invoice_id as document_id,
    line_no,
    'freight' as charge_type,
    'cost' as direction,
    entity_code,
    shipment_id,
    cast(null as varchar) as order_id,
    cast(null as bigint) as order_line_no,
    cast(null as varchar) as source_customer_id,
    local_currency_code,
    amount_local_ccy,
    invoiced_date as charged_date
from freight_charges
union all
select
    'erp' as source_system,
    document_id,
    line_no,
    charge_type,
    direction,
    entity_code,
    shipment_id,
    order_id,
    order_line_no,
    customer_id as source_customer_id,
    local_currency_code,
    amount_local_ccy,
    charged_date
from erp_charges
