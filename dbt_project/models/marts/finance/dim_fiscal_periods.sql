-- Grain: one row per entity and fiscal period.
-- Days and state as declared. A period that is not declared has the days of the
-- calendar, or of its postings (a 13th), and counts as closed once it has ended: after
-- its last day, or on it where that ends a month. Days that wait for their period to be
-- declared (2025-12 undeclared) are not closed: they will be of another.
with

declared_periods as (select * from {{ ref('stg_gl__periods') }}),

fiscal_days as (select * from {{ ref('int_fiscal_days') }}),

ledger_lines as (select * from {{ ref('fct_ledger_lines') }}),

adjusting_periods as (select * from {{ ref('int_adjusting_periods_found') }}),

known_days as (
    select
        entity_code,
        fiscal_period,
        min(calendar_date) as first_date,
        max(calendar_date) as last_date
    from fiscal_days
    group by all
    union all
    select
        entity_code,
        fiscal_period,
        min(ledger_lines.posting_date) as first_date,
        max(ledger_lines.posting_date) as last_date
    from ledger_lines
    anti join fiscal_days using (entity_code, fiscal_period)
    group by all
),

periods as (
    select
        entity_code,
        fiscal_period,
        coalesce(declared_periods.starts_on_date, known_days.first_date)
            as starts_on_date,
        coalesce(declared_periods.ends_on_date, known_days.last_date) as ends_on_date,
        coalesce(declared_periods.period_status, 'not_declared') as period_status,
        declared_periods.closed_at
    from declared_periods
    full outer join known_days using (entity_code, fiscal_period)
)

select
    entity_code,
    fiscal_period,
    starts_on_date,
    ends_on_date,
    period_status,
    closed_at,
    case period_status
        when 'closed'
            then coalesce(cast(closed_at as date), ends_on_date) <= {{ as_of_date() }}
        when 'open' then false
        else
            fiscal_period not like '% undeclared'
            and coalesce(
                ends_on_date < {{ as_of_date() }}
                or (
                    ends_on_date = {{ as_of_date() }}
                    and ends_on_date = last_day(ends_on_date)
                ),
                false
            )
    end as is_closed,
    (entity_code, fiscal_period) in (
        select
            adjusting_periods.entity_code,
            adjusting_periods.fiscal_period
        from adjusting_periods
    ) as is_adjusting
from periods
