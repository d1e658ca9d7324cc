-- Grain: one row per shipment that a rate card covers.
-- What the carrier's card for lane and service asks on that day: the base charge and
-- the rate of the highest weight break reached, and at least the minimum charge. Where
-- two cards hold, the later one counts.
with

rates as (select * from {{ ref('int_freight_rates_measured') }}),

rate_cards as (select * from {{ ref('stg_tms__rate_cards') }}),

flow_rates as (
    select * from {{ ref('int_exchange_rates_daily') }}
    where rate_type = {{ setting('flow_rate_type') }}
),

asked_amounts as (
    select
        rates.shipment_id,
        rate_cards.valid_from_date as rate_valid_from_date,
        flow_rates.base_ccy_per_local_ccy,
        greatest(
            coalesce(rate_cards.base_charge_local_ccy, 0)
            + coalesce(rate_cards.rate_local_ccy_per_kg, 0) * rates.weight_kg,
            coalesce(rate_cards.minimum_charge_local_ccy, 0)
        ) as asked_amount
    from rates
    inner join rate_cards
        on
            rates.carrier_id = rate_cards.carrier_id
            and rates.freight_lane_code = rate_cards.lane_id
            and rates.service_level = rate_cards.service_level
            and rates.weight_kg >= rate_cards.weight_break_kg
            and rates.moved_date >= rate_cards.valid_from_date
            and rates.moved_date
            < coalesce(rate_cards.valid_to_date, cast('9999-12-31' as date))
    inner join flow_rates
        on
            coalesce(rate_cards.local_currency_code, {{ base_currency() }})
            = flow_rates.currency_code
            and rates.moved_date = flow_rates.calendar_date
    qualify row_number() over (
        partition by rates.shipment_id
        order by rate_cards.valid_from_date desc, rate_cards.weight_break_kg desc
    ) = 1
)

select
    shipment_id,
    rate_valid_from_date,
    cast(round({{ widened_product(
        'asked_amount', 'base_ccy_per_local_ccy'
    ) }}, 2) as decimal(18, 2)) as should_cost_amount_base_ccy
from asked_amounts
