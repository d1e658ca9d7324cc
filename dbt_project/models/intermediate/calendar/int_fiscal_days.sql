-- Grain: one row per entity and calendar date.
-- A day no ledger period covers falls in its calendar month; of overlapping periods
-- (an adjusting period 13) the day belongs to the lowest code.
with

calendar_days as (select * from {{ ref('int_calendar_days_generated') }}),

periods as (select * from {{ ref('stg_gl__periods') }}),

entities as (
    select entity_code from {{ ref('stg_erp__order_lines') }}
    union
    select entity_code from {{ ref('stg_erp__customers') }}
    union
    select entity_code from {{ ref('stg_tms__shipments') }}
    union
    select entity_code from {{ ref('stg_tms__freight_charges') }}
    union
    select entity_code from {{ ref('stg_gl__journal_lines') }}
    union
    select entity_code from periods
)

select
    entities.entity_code,
    calendar_days.calendar_date,
    coalesce(
        min(periods.fiscal_period), {{ month_code('calendar_days.calendar_date') }}
    ) as fiscal_period
from entities
cross join calendar_days
left join periods
    on
        entities.entity_code = periods.entity_code
        and calendar_days.calendar_date
        between periods.starts_on_date and periods.ends_on_date
where entities.entity_code is not null
group by entities.entity_code, calendar_days.calendar_date
