-- Grain: one row per entity and calendar date.
-- Periods that ended before the first day of the data are left out: the calendar may
-- begin within them, for the sake of another entity.
with

calendar_days as (select * from {{ ref('int_calendar_days_generated') }}),

fiscal_dates as (select * from {{ ref('int_fiscal_dates_assigned') }}),

entities as (select * from {{ ref('int_entities_found') }})

select
    fiscal_dates.entity_code,
    calendar_date,
    fiscal_dates.fiscal_period
from fiscal_dates
inner join calendar_days using (calendar_date)
-- What names no entity has a period, but no days.
semi join entities on fiscal_dates.entity_code = entities.entity_code
qualify bool_or(calendar_days.is_of_data) over (
    partition by fiscal_dates.entity_code, fiscal_dates.fiscal_period
)
