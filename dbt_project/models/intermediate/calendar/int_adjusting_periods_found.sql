-- Grain: one row per entity and adjusting fiscal period (a 13th).
-- No day is of such a period: it is declared within an earlier one of its year; or it
-- is not declared, and all its postings bear one date, in the month in which an earlier
-- one of its year begins.
with

declared_periods as (select * from {{ ref('stg_gl__periods') }}),

journal_lines as (select * from {{ ref('stg_gl__journal_lines') }}),

periods as (
    select
        entity_code,
        fiscal_period,
        starts_on_date,
        ends_on_date,
        true as is_declared
    from declared_periods
    union all
    select
        entity_code,
        fiscal_period,
        min(journal_lines.posting_date) as starts_on_date,
        max(journal_lines.posting_date) as ends_on_date,
        false as is_declared
    from journal_lines
    anti join declared_periods using (entity_code, fiscal_period)
    group by all
)

select distinct
    periods.entity_code,
    periods.fiscal_period
from periods
inner join periods as earlier_periods
    on
        periods.entity_code = earlier_periods.entity_code
        and periods.fiscal_period > earlier_periods.fiscal_period
        and {{ fiscal_year('periods.fiscal_period') }}
        = {{ fiscal_year('earlier_periods.fiscal_period') }}
where
    case
        when periods.is_declared or earlier_periods.is_declared
            then
                periods.starts_on_date >= earlier_periods.starts_on_date
                and periods.ends_on_date <= earlier_periods.ends_on_date
        else
            periods.starts_on_date = periods.ends_on_date
            and {{ month_code('periods.starts_on_date') }}
            = {{ month_code('earlier_periods.starts_on_date') }}
    end
