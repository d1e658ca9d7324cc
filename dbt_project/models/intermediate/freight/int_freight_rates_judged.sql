-- Grain: one row per shipment that was charged freight in the months compared.
-- The norm is the median freight per kilogram of the lane, transport mode and weight
-- break; of the country where the lane has too few shipments. The score is the modified
-- z of Iglewicz and Hoaglin: its spread is a median too, so no outlier hides itself.
with

rates as (select * from {{ ref('int_freight_rates_measured') }}),

weight_breaks as (
    select
        weight_from_kg,
        lead(weight_from_kg) over (order by weight_from_kg) as weight_to_kg
    from {{ in_force(ref('policy_weight_breaks'), ['weight_from_kg']) }} as breaks
),

should_costs as (select * from {{ ref('int_should_costs_rated') }}),

-- One row per shipment becomes one for its lane and one for its country.
placed_rates as (
    select
        rates.*,
        weight_breaks.weight_from_kg,
        unnest(['lane', 'country']) as norm_level,
        unnest([rates.freight_lane_code, rates.country_code]) as norm_place_code
    from rates
    inner join weight_breaks
        on
            rates.weight_kg >= weight_breaks.weight_from_kg
            and rates.weight_kg < coalesce(weight_breaks.weight_to_kg, 1e12)
),

norms as (
    select
        norm_level,
        norm_place_code,
        transport_mode,
        weight_from_kg,
        count(*) as norm_shipment_count,
        median(freight_base_ccy_per_kg) as norm_base_ccy_per_kg,
        mad(freight_base_ccy_per_kg) as median_deviation,
        median(weight_kg) as norm_weight_kg,
        avg(cast(is_expedited as integer)) as expedited_ratio
    from placed_rates
    where norm_place_code != 'unknown'
    group by all
    having count(*) >= {{ threshold('freight_norm_minimum_shipments') }}
),

compared_rates as (
    select
        placed_rates.shipment_id,
        norm_level,
        norms.norm_shipment_count,
        norms.norm_base_ccy_per_kg,
        norms.median_deviation,
        norms.norm_weight_kg,
        norms.expedited_ratio,
        avg(abs(placed_rates.freight_base_ccy_per_kg - norms.norm_base_ccy_per_kg))
            over in_norm as mean_deviation
    from placed_rates
    inner join norms
        using (norm_level, norm_place_code, transport_mode, weight_from_kg)
    window
        in_norm as (
            partition by
                norm_level, norm_place_code, transport_mode, weight_from_kg
        )
    qualify row_number() over (
        partition by placed_rates.shipment_id order by norm_level desc
    ) = 1
)

select
    shipment_id,
    compared_rates.norm_level,
    compared_rates.norm_shipment_count,
    compared_rates.norm_base_ccy_per_kg,
    compared_rates.median_deviation as norm_deviation_base_ccy_per_kg,
    compared_rates.norm_weight_kg,
    compared_rates.expedited_ratio,
    should_costs.should_cost_amount_base_ccy,
    should_costs.rate_valid_from_date,
    -- 0.6745 and 1.253314 make both spreads those of a normal distribution.
    cast(case
        when compared_rates.median_deviation > 0
            then
                0.6745
                * (rates.freight_base_ccy_per_kg - compared_rates.norm_base_ccy_per_kg)
                / compared_rates.median_deviation
        when compared_rates.mean_deviation > 0
            then
                (rates.freight_base_ccy_per_kg - compared_rates.norm_base_ccy_per_kg)
                / (1.253314 * compared_rates.mean_deviation)
        when compared_rates.mean_deviation = 0 then 0
    end as decimal(18, 3)) as deviation_score
from rates
left join compared_rates using (shipment_id)
left join should_costs using (shipment_id)
