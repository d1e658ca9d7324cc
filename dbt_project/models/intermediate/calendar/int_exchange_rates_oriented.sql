-- Grain: one row per from currency, to currency, rate date and rate type.
-- Every quote serves both directions; a quote given wins over one turned round.
-- A rate of zero is no quote.
with

rates as (select * from {{ ref('stg_erp__exchange_rates') }}),

factors as (
    select
        from_currency_code,
        to_currency_code,
        rate_date,
        rate_type,
        quote_code = 'divide' as is_turned,
        exchange_rate
    from rates
    where from_currency_code != to_currency_code and exchange_rate > 0
),

both_directions as (
    select
        *,
        false as is_inverse
    from factors
    union all
    select
        to_currency_code as from_currency_code,
        from_currency_code as to_currency_code,
        rate_date,
        rate_type,
        not is_turned as is_turned,
        exchange_rate,
        true as is_inverse
    from factors
)

select
    from_currency_code,
    to_currency_code,
    rate_date,
    rate_type,
    case
        when is_turned then cast(round(1 / exchange_rate, 12) as decimal(28, 12))
        else cast(exchange_rate as decimal(28, 12))
    end as conversion_rate
from both_directions
qualify row_number() over (
    partition by from_currency_code, to_currency_code, rate_date, rate_type
    order by is_inverse
) = 1
