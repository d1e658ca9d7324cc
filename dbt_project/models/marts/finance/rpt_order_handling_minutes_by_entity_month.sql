-- Grain: one row per entity and fiscal period with orders.
-- What the time equation of order handling counts, the standard minutes it gives, and
-- the minutes measured of the worker groups that policy names for the driver at the end
-- of the period. An order counts whole in the entity and period of its first lines.
with

terms as (select * from {{ ref('int_order_handling_terms_counted') }}),

drivers as (select * from {{ ref('int_activity_drivers_totalled') }}),

driver_policy as (select * from {{ ref('int_activity_drivers_versioned') }}),

fiscal_days as (select * from {{ ref('int_fiscal_days') }}),

labor_hours as (select * from {{ ref('int_capacity_minutes_aggregated') }}),

counts as (
    select
        entity_code,
        fiscal_period,
        count(*) as order_count,
        count(*) filter (where is_rush) as rush_order_count,
        count(*) filter (where is_manual) as manual_order_count,
        count(*) filter (where is_first) as new_customer_count,
        sum(line_count) as order_line_count,
        sum(change_count) as change_count
    from terms
    where entity_code is not null and fiscal_period is not null
    group by all
),

standards as (
    select
        entity_code,
        fiscal_period,
        cast(total_driver_qty * 0.000001 as decimal(28, 6)) as standard_minutes
    from drivers
    where driver_code = 'order_handling_minutes'
),

period_ends as (
    select
        entity_code,
        fiscal_period,
        max(calendar_date) as last_date
    from fiscal_days
    group by all
),

-- Several pools may name one group.
worker_groups as (
    select distinct
        period_ends.entity_code,
        period_ends.fiscal_period,
        driver_policy.capacity_worker_group as worker_group
    from period_ends
    inner join driver_policy
        on
            period_ends.last_date >= driver_policy.valid_from
            and period_ends.last_date < driver_policy.superseded_from
    where driver_policy.driver_code = 'order_handling_minutes'
),

measurements as (
    select
        entity_code,
        fiscal_period,
        cast(sum(labor_hours.productive_minutes) as decimal(28, 6)) as measured_minutes
    from worker_groups
    inner join labor_hours using (entity_code, fiscal_period, worker_group)
    group by all
)

select
    entity_code,
    fiscal_period,
    cast(counts.order_count as bigint) as order_count,
    cast(counts.rush_order_count as bigint) as rush_order_count,
    cast(counts.manual_order_count as bigint) as manual_order_count,
    cast(counts.new_customer_count as bigint) as new_customer_count,
    cast(counts.order_line_count as bigint) as order_line_count,
    cast(counts.change_count as bigint) as change_count,
    standards.standard_minutes,
    measurements.measured_minutes
from counts
left join standards using (entity_code, fiscal_period)
left join measurements using (entity_code, fiscal_period)
