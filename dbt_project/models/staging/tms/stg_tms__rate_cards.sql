select
    -- ids
    carrier_id,
    lane_id,

    -- attributes
    service_level,
    currency_code as local_currency_code,

    -- measures
    weight_break_kg,
    rate_per_kg as rate_local_ccy_per_kg,
    base_charge as base_charge_local_ccy,
    min_charge as minimum_charge_local_ccy,
    transit_days,

    -- dates
    valid_from as valid_from_date,
    valid_to as valid_to_date
from {{ source('raw', 'tms__rate_cards') }}
