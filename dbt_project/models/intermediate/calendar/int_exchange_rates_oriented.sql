-- Grain: one row per from currency, to currency, rate date and rate type.
-- Every quote serves both directions; a quote given wins over one turned round.
-- A rate of zero is no quote.
-- Eighteen digits after the point: exact to the cent up to some 10^10 at quotes of five
-- digits, and within a cent up to 10^14, the most that lands.
-- Turned round in whole numbers (a quotient would pass through double) and upwards:
-- what divides into half a cent must not fall short of it.
with

rates as (select * from {{ ref('stg_erp__exchange_rates') }}),

factors as (
    select
        from_currency_code,
        to_currency_code,
        rate_date,
        rate_type,
        quote_code = 'divide' as is_turned,
        exchange_rate,
        cast(exchange_rate * 1000000000000 as hugeint) as rate_units
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
        rate_units,
        true as is_inverse
    from factors
)

select
    from_currency_code,
    to_currency_code,
    rate_date,
    rate_type,
    case
        when is_turned
            then
                cast(
                    (1000000000000000000000000000000 + rate_units - 1) // rate_units
                    as decimal(38, 0)
                ) * cast(0.000000000000000001 as decimal(18, 18))
        else cast(exchange_rate as decimal(38, 18))
    end as conversion_rate
from both_directions
qualify row_number() over (
    partition by from_currency_code, to_currency_code, rate_date, rate_type
    order by is_inverse
) = 1
