-- Grain: one row per shipment with freight cost from a carrier or the ERP.
-- Each charge is converted at the flow rate of its own date, else of the shipment's; a
-- charge without a rate leaves the shipment's freight unknown, not short.
with

carrier_charges as (select * from {{ ref('stg_tms__freight_charges') }}),

erp_charges as (
    select *
    from {{ ref('stg_erp__charges') }}
    where direction = 'cost' and charge_type = 'freight'
),

shipments as (select * from {{ ref('stg_tms__shipments') }}),

flow_rates as (
    select *
    from {{ ref('int_exchange_rates_daily') }}
    where rate_type = {{ setting('flow_rate_type') }}
),

charges as (
    select
        shipment_id,
        local_currency_code,
        invoiced_date as charged_date,
        amount_local_ccy
    from carrier_charges
    union all
    select
        shipment_id,
        local_currency_code,
        charged_date,
        amount_local_ccy
    from erp_charges
    where shipment_id is not null
),

charges_converted as (
    select
        charges.shipment_id,
        {{ to_base_amount(
            'charges.amount_local_ccy', 'flow_rates.base_ccy_per_local_ccy'
        ) }} as freight_amount_base_ccy
    from charges
    left join shipments using (shipment_id)
    left join flow_rates
        on
            charges.local_currency_code = flow_rates.currency_code
            and coalesce(charges.charged_date, shipments.shipped_date)
            = flow_rates.calendar_date
)

select
    shipment_id,
    cast(case
        when count(*) = count(freight_amount_base_ccy)
            then sum(freight_amount_base_ccy)
    end as decimal(18, 2)) as freight_amount_base_ccy
from charges_converted
group by shipment_id
