-- Grain: one row per entity and calendar date, or date of a case or visit before it.
-- No day is of an adjusting period (a 13th). A declared one wins; of overlapping ones
-- the lowest code.
-- Where none is declared the ledger's own postings say: the period most journals of the
-- day name, or of its month on a day without any. Else the calendar month.
-- A declared period has the days it declares and no others: it may be closed, and the
-- next one not declared yet. A month that bears its code is told apart from it.
with

calendar_days as (select * from {{ ref('int_calendar_days_generated') }}),

service_cases as (select * from {{ ref('stg_crm__service_cases') }}),

activities as (select * from {{ ref('stg_crm__activities') }}),

periods as (select * from {{ ref('stg_gl__periods') }}),

posted_periods as (select * from {{ ref('int_posted_periods_chosen') }}),

-- What names no entity is of a month.
entities as (
    select entity_code from {{ ref('int_entities_found') }}
    union distinct
    select 'unknown' as entity_code
),

known_dates as (
    select calendar_date from calendar_days
    union distinct
    select opened_date as calendar_date from service_cases
    union distinct
    select occurred_date as calendar_date from activities
),

declared_dates as (
    select
        entities.entity_code,
        known_dates.calendar_date,
        {{ month_code('known_dates.calendar_date') }} as month_code,
        min(periods.fiscal_period) as fiscal_period
    from entities
    cross join known_dates
    left join periods
        on
            entities.entity_code = periods.entity_code
            and known_dates.calendar_date
            between periods.starts_on_date and periods.ends_on_date
    where known_dates.calendar_date is not null
    group by all
)

select
    declared_dates.entity_code,
    declared_dates.calendar_date,
    coalesce(
        declared_dates.fiscal_period,
        posted_days.fiscal_period,
        posted_months.fiscal_period,
        declared_dates.month_code
        || case when periods.fiscal_period is null then '' else ' undeclared' end
    ) as fiscal_period
from declared_dates
left join posted_periods as posted_days
    on
        declared_dates.entity_code = posted_days.entity_code
        and cast(declared_dates.calendar_date as varchar) = posted_days.span_code
left join posted_periods as posted_months
    on
        declared_dates.entity_code = posted_months.entity_code
        and declared_dates.month_code = posted_months.span_code
left join periods
    on
        declared_dates.entity_code = periods.entity_code
        and declared_dates.month_code = periods.fiscal_period
