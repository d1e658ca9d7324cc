-- Grain: one row per charge: a carrier invoice line or an ERP charge line.
with

charges_placed as (select * from {{ ref('int_charges_placed') }}),

fiscal_dates as (select * from {{ ref('int_fiscal_dates_assigned') }}),

flow_rates as (
    select *
    from {{ ref('int_exchange_rates_daily') }}
    where rate_type = {{ setting('flow_rate_type') }}
)

select
    charges_placed.source_system,
    charges_placed.document_id,
    charges_placed.line_no,
    charges_placed.charge_type,
    charges_placed.direction,
    charges_placed.entity_code,
    charges_placed.shipment_id,
    charges_placed.order_id,
    charges_placed.order_line_no,
    charges_placed.customer_id,
    charges_placed.charged_date,
    fiscal_dates.fiscal_period,
    charges_placed.local_currency_code,
    charges_placed.amount_local_ccy,
    flow_rates.base_ccy_per_local_ccy,
    {{ to_base_amount(
        'charges_placed.amount_local_ccy', 'flow_rates.base_ccy_per_local_ccy'
    ) }} as amount_base_ccy
from charges_placed
left join fiscal_dates
    on
        charges_placed.entity_code = fiscal_dates.entity_code
        and charges_placed.charged_date = fiscal_dates.calendar_date
left join flow_rates
    on
        charges_placed.local_currency_code = flow_rates.currency_code
        and charges_placed.charged_date = flow_rates.calendar_date
