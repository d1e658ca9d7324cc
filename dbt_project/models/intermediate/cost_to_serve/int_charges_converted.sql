-- Grain: one row per cost charge: a carrier invoice line or an ERP charge line.
-- A charge must be delivered in one of the two tables, never in both. A charge without
-- a date takes its shipment's, else its order's, else the refresh's.
with

freight_charges as (select * from {{ ref('stg_tms__freight_charges') }}),

erp_charges as (select * from {{ ref('stg_erp__charges') }}),

shipments as (select * from {{ ref('stg_tms__shipments') }}),

shipped_lines as (select * from {{ ref('int_shipment_lines_weighted') }}),

order_lines as (select * from {{ ref('int_order_lines_converted') }}),

customers as (
    select
        source_customer_id,
        customer_id
    from {{ ref('int_customers_resolved') }}
    where source_system = 'erp'
),

fiscal_days as (select * from {{ ref('int_fiscal_days') }}),

flow_rates as (
    select *
    from {{ ref('int_exchange_rates_daily') }}
    where rate_type = {{ setting('flow_rate_type') }}
),

cost_charges as (
    select
        'tms' as source_system,
        carrier_invoice_id as document_id,
        line_no,
        'freight' as charge_type,
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
        entity_code,
        shipment_id,
        order_id,
        order_line_no,
        customer_id as source_customer_id,
        local_currency_code,
        amount_local_ccy,
        charged_date
    from erp_charges
    where direction = 'cost'
),

shipment_entities as (
    select
        shipment_id,
        min(entity_code) as entity_code
    from shipped_lines
    group by shipment_id
),

charged_orders as (
    select
        order_id,
        min(entity_code) as entity_code,
        min(order_date) as order_date
    from order_lines
    where order_id in (select cost_charges.order_id from cost_charges)
    group by order_id
),

charges_placed as (
    select
        cost_charges.source_system,
        cost_charges.document_id,
        cost_charges.line_no,
        cost_charges.charge_type,
        cost_charges.shipment_id,
        cost_charges.order_id,
        cost_charges.order_line_no,
        customers.customer_id,
        cost_charges.local_currency_code,
        cost_charges.amount_local_ccy,
        coalesce(
            cost_charges.entity_code,
            shipments.entity_code,
            shipment_entities.entity_code,
            charged_orders.entity_code
        ) as entity_code,
        coalesce(
            cost_charges.charged_date,
            shipments.shipped_date,
            shipments.actual_delivery_date,
            charged_orders.order_date,
            {{ as_of_date() }}
        ) as charged_date
    from cost_charges
    left join shipments using (shipment_id)
    left join shipment_entities using (shipment_id)
    left join charged_orders using (order_id)
    left join customers using (source_customer_id)
)

select
    charges_placed.source_system,
    charges_placed.document_id,
    charges_placed.line_no,
    charges_placed.charge_type,
    coalesce(charges_placed.entity_code, 'unknown') as entity_code,
    charges_placed.shipment_id,
    charges_placed.order_id,
    charges_placed.order_line_no,
    charges_placed.customer_id,
    charges_placed.charged_date,
    coalesce(
        fiscal_days.fiscal_period, {{ month_code('charges_placed.charged_date') }}
    ) as fiscal_period,
    {{ to_base_amount(
        'charges_placed.amount_local_ccy', 'flow_rates.base_ccy_per_local_ccy'
    ) }} as amount_base_ccy
from charges_placed
left join fiscal_days
    on
        charges_placed.entity_code = fiscal_days.entity_code
        and charges_placed.charged_date = fiscal_days.calendar_date
left join flow_rates
    on
        charges_placed.local_currency_code = flow_rates.currency_code
        and charges_placed.charged_date = flow_rates.calendar_date
