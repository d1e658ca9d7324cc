-- Grain: one row per currency, rate date and rate type, quoted in base currency.
-- A currency with no direct quote that day goes through one third currency, the first
-- in the alphabet.
with

rates as (select * from {{ ref('int_exchange_rates_oriented') }}),

base_rates as (
    select * from rates
    where to_currency_code = {{ base_currency() }}
),

candidate_rates as (
    select
        from_currency_code as currency_code,
        rate_date,
        rate_type,
        '' as pivot_currency_code,
        conversion_rate as base_ccy_per_local_ccy
    from base_rates
    union all
    select
        rates.from_currency_code as currency_code,
        rates.rate_date,
        rates.rate_type,
        rates.to_currency_code as pivot_currency_code,
        {{ widened_product(
            'rates.conversion_rate', 'base_rates.conversion_rate'
        ) }} as base_ccy_per_local_ccy
    from rates
    inner join base_rates
        on
            rates.to_currency_code = base_rates.from_currency_code
            and rates.rate_date = base_rates.rate_date
            and rates.rate_type = base_rates.rate_type
    where rates.from_currency_code != {{ base_currency() }}
)

select
    currency_code,
    rate_date,
    rate_type,
    base_ccy_per_local_ccy
from candidate_rates
qualify row_number() over (
    partition by currency_code, rate_date, rate_type
    order by pivot_currency_code
) = 1
