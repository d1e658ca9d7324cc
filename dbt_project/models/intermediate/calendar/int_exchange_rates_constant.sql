-- Grain: one row per currency.
-- One rate set for attributes: the last known on the as-of date, however old, so that
-- exchange rates never move a customer between segments.
with

quoted_rates as (select * from {{ ref('int_exchange_rates_quoted') }}),

known_rates as (
    select
        currency_code,
        base_ccy_per_local_ccy,
        rate_date,
        rate_type,
        rate_type = {{ setting('stock_rate_type') }} as is_of_stocks
    from quoted_rates
    where rate_date <= {{ as_of_date() }}
),

base_currency as (
    select base_currency_code as currency_code
    from {{ ref('stg_refresh__parameters') }}
)

select
    currency_code,
    cast(1 as decimal(38, 18)) as base_ccy_per_local_ccy
from base_currency
union all
select
    currency_code,
    base_ccy_per_local_ccy
from known_rates
qualify row_number() over (
    partition by currency_code
    order by is_of_stocks desc, rate_date desc, rate_type asc
) = 1
