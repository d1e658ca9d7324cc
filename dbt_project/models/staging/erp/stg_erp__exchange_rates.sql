select
    -- ids
    from_currency_code,
    to_currency_code,
    rate_type,

    -- attributes
    quote as quote_code,

    -- measures
    rate as exchange_rate,

    -- dates
    rate_date
from {{ source('raw', 'erp__exchange_rates') }}
