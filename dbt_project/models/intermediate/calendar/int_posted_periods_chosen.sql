-- Grain: one row per entity and span: a posting date (2025-01-30) or month (2025-01).
-- The period that most journals name, of those that are neither declared nor adjusting;
-- of as many the lowest code.
with

periods as (select * from {{ ref('stg_gl__periods') }}),

journal_lines as (select * from {{ ref('stg_gl__journal_lines') }}),

adjusting_periods as (select * from {{ ref('int_adjusting_periods_found') }}),

-- Journals, not lines: a closing journal has many lines and is one.
journal_counts as (
    select
        entity_code,
        journal_lines.posting_date,
        fiscal_period,
        count(distinct journal_lines.journal_id) as journal_count
    from journal_lines
    anti join adjusting_periods using (entity_code, fiscal_period)
    anti join periods using (entity_code, fiscal_period)
    group by all
),

-- One row per date becomes one for the date and one for its month.
span_counts as (
    select
        entity_code,
        unnest([
            cast(posting_date as varchar), {{ month_code('posting_date') }}
        ]) as span_code,
        fiscal_period,
        journal_count
    from journal_counts
)

select
    entity_code,
    span_code,
    fiscal_period
from span_counts
group by entity_code, span_code, fiscal_period
qualify row_number() over (
    partition by entity_code, span_code
    order by sum(journal_count) desc, fiscal_period
) = 1
