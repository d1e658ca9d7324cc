-- Grain: one row per shipment with freight unlike its lane's or above its rate card.
-- Only where every freight charge of the shipment lies in periods whose freight ties to
-- the ledger: what does not tie is a gap to explain first.
with

rates as (select * from {{ ref('int_freight_rates_measured') }}),

judged_rates as (select * from {{ ref('int_freight_rates_judged') }}),

charges as (select * from {{ ref('int_charges_converted') }}),

reconciliation as (
    select * from {{ ref('rpt_freight_reconciliation_by_entity_month') }}
),

current_segments as (
    select * from {{ ref('dim_customer_segments') }}
    where is_current
),

tied_shipments as (
    select charges.shipment_id
    from charges
    inner join reconciliation using (entity_code, fiscal_period)
    where charges.direction = 'cost' and charges.charge_type = 'freight'
    group by charges.shipment_id
    having bool_and(reconciliation.is_tied)
),

compared_rates as (
    select
        rates.*,
        judged_rates.* exclude (shipment_id), -- noqa: RF02
        coalesce(current_segments.segment_code, 'unassigned') as segment_code,
        coalesce(
            judged_rates.should_cost_amount_base_ccy,
            cast(
                round(judged_rates.norm_base_ccy_per_kg * rates.weight_kg, 2)
                as decimal(18, 2)
            )
        ) as expected_amount
    from rates
    inner join judged_rates using (shipment_id)
    semi join tied_shipments using (shipment_id)
    left join current_segments on rates.customer_id = current_segments.customer_id
),

flagged_rates as (
    select
        *,
        coalesce(
            abs(deviation_score) > {{ threshold('freight_anomaly_limit_score') }}, false
        ) as is_unlike_lane,
        coalesce(
            freight_amount_base_ccy
            > should_cost_amount_base_ccy
            * (1 + {{ threshold('should_cost_limit_ratio') }}), false
        ) as is_above_rate_card
    from compared_rates
)

select
    shipment_id,
    entity_code,
    customer_id,
    segment_code,
    freight_lane_code,
    transport_mode,
    carrier_id,
    service_level,
    moved_date,
    weight_kg,
    freight_amount_base_ccy,
    freight_base_ccy_per_kg,
    norm_level,
    norm_shipment_count,
    norm_base_ccy_per_kg,
    norm_deviation_base_ccy_per_kg,
    deviation_score,
    should_cost_amount_base_ccy,
    rate_valid_from_date,
    is_unlike_lane,
    is_above_rate_card,
    cast(freight_amount_base_ccy - expected_amount as decimal(18, 2))
        as excess_amount_base_ccy,
    case
        when freight_amount_base_ccy < expected_amount and credited_amount_base_ccy > 0
            then 'credited'
        when freight_amount_base_ccy < expected_amount then 'undercharged'
        when document_count > distinct_amount_count then 'charged_twice'
        when is_above_rate_card then 'above_rate_card'
        when is_expedited and expedited_ratio < 0.5 then 'expedited'
        when document_count > 1 then 'several_invoices'
        when weight_kg < norm_weight_kg then 'light_for_its_weight_break'
        else 'unexplained'
    end as likely_cause_code
from flagged_rates
where is_unlike_lane or is_above_rate_card
