-- Grain: one row per currency, calendar date and rate type.
-- A day without a quote takes the last one while young enough; else it is missing.
with

quoted_rates as (select * from {{ ref('int_exchange_rates_quoted') }}),

calendar_days as (select * from {{ ref('int_calendar_days_generated') }}),

rate_types as (
    select 'average' as rate_type
    union all
    select 'closing'
),

rate_intervals as (
    select
        currency_code,
        rate_type,
        base_ccy_per_local_ccy,
        rate_date as valid_from_date,
        coalesce(
            lead(rate_date) over (
                partition by currency_code, rate_type
                order by rate_date
            ),
            cast('9999-12-31' as date)
        ) as valid_to_date,
        rate_date
        + cast({{ threshold('exchange_rate_max_age_days') }} as integer)
            as last_usable_date
    from quoted_rates
)

select
    {{ base_currency() }} as currency_code,
    calendar_days.calendar_date,
    rate_types.rate_type,
    cast(1 as decimal(38, 18)) as base_ccy_per_local_ccy
from calendar_days
cross join rate_types
union all
select
    rate_intervals.currency_code,
    calendar_days.calendar_date,
    rate_intervals.rate_type,
    rate_intervals.base_ccy_per_local_ccy
from rate_intervals
inner join calendar_days
    on
        rate_intervals.valid_from_date <= calendar_days.calendar_date
        and rate_intervals.valid_to_date > calendar_days.calendar_date
        and rate_intervals.last_usable_date >= calendar_days.calendar_date
