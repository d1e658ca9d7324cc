-- Grain: one row per entity and calendar date.
-- Periods that ended before the first day of the data are left out: the calendar may
-- begin within them, for the sake of another entity.
-- No day is of an adjusting period (a 13th). A declared one wins; of overlapping ones
-- the lowest code.
-- Where none is declared the ledger's own postings say: the period most journals of the
-- day name, or of its month on a day without any. Else the calendar month: also an
-- entity that only holds stock or is only owed money has days.
-- A declared period has the days it declares and no others: it may be closed, and the
-- next one not declared yet. A month that bears its code is told apart from it.
with

calendar_days as (select * from {{ ref('int_calendar_days_generated') }}),

periods as (select * from {{ ref('stg_gl__periods') }}),

journal_lines as (select * from {{ ref('stg_gl__journal_lines') }}),

adjusting_periods as (select * from {{ ref('int_adjusting_periods_found') }}),

entities as (
    {% for model in [
        'stg_erp__order_lines', 'stg_erp__customers', 'stg_erp__invoice_lines',
        'stg_erp__receivables', 'stg_erp__charges', 'stg_tms__shipments',
        'stg_tms__freight_charges', 'stg_wms__warehouses', 'stg_crm__service_cases',
        'stg_crm__activities', 'stg_gl__journal_lines', 'stg_gl__periods'
    ] %}
        select entity_code from {{ ref(model) }}
        {% if not loop.last %}union{% endif %}
    {% endfor %}
),

declared_days as (
    select
        entities.entity_code,
        calendar_days.calendar_date,
        calendar_days.is_of_data,
        {{ month_code('calendar_days.calendar_date') }} as month_code,
        min(periods.fiscal_period) as fiscal_period
    from entities
    cross join calendar_days
    left join periods
        on
            entities.entity_code = periods.entity_code
            and calendar_days.calendar_date
            between periods.starts_on_date and periods.ends_on_date
    where entities.entity_code is not null
    group by all
),

-- Journals, not lines: a closing journal has many lines and is one.
journal_counts as (
    select
        entity_code,
        journal_lines.posting_date,
        {{ month_code('journal_lines.posting_date') }} as month_code,
        fiscal_period,
        count(distinct journal_lines.journal_id) as journal_count
    from journal_lines
    anti join adjusting_periods using (entity_code, fiscal_period)
    anti join periods using (entity_code, fiscal_period)
    group by all
),

posted_days as (
    select
        entity_code,
        posting_date as calendar_date,
        fiscal_period
    from journal_counts
    qualify row_number() over (
        partition by entity_code, posting_date
        order by journal_count desc, fiscal_period
    ) = 1
),

posted_months as (
    select
        entity_code,
        month_code,
        fiscal_period
    from journal_counts
    group by entity_code, month_code, fiscal_period
    qualify row_number() over (
        partition by entity_code, month_code
        order by sum(journal_count) desc, fiscal_period
    ) = 1
),

assigned_days as (
    select
        entity_code,
        calendar_date,
        declared_days.is_of_data,
        coalesce(
            declared_days.fiscal_period,
            posted_days.fiscal_period,
            posted_months.fiscal_period,
            month_code
            || case when periods.fiscal_period is null then '' else ' undeclared' end
        ) as fiscal_period
    from declared_days
    left join posted_days using (entity_code, calendar_date)
    left join posted_months using (entity_code, month_code)
    left join periods
        on
            declared_days.entity_code = periods.entity_code
            and declared_days.month_code = periods.fiscal_period
)

select
    entity_code,
    calendar_date,
    fiscal_period
from assigned_days
qualify bool_or(is_of_data) over (partition by entity_code, fiscal_period)
