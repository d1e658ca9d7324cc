-- Grain: one row per entity, fiscal period and worker group.
-- A period that is none of the entity's names a calendar month: its minutes go to the
-- fiscal periods of that month's days, by days.
with

labor_hours as (select * from {{ ref('stg_wms__labor_hours') }}),

warehouses as (select * from {{ ref('stg_wms__warehouses') }}),

fiscal_days as (select * from {{ ref('int_fiscal_days') }}),

period_days as (
    select
        entity_code,
        fiscal_period,
        {{ month_code('calendar_date') }} as month_code,
        count(*) as day_count
    from fiscal_days
    group by all
),

-- An entity's own period stands for itself, before any month of the same name.
period_names as (
    select
        entity_code,
        fiscal_period as delivered_period,
        fiscal_period,
        true as is_own,
        sum(day_count) as day_count
    from period_days
    group by entity_code, fiscal_period
    union all
    select
        entity_code,
        month_code as delivered_period,
        fiscal_period,
        false as is_own,
        day_count
    from period_days
),

period_shares as (
    select
        entity_code,
        delivered_period,
        fiscal_period,
        day_count / sum(day_count) over (
            partition by entity_code, delivered_period, is_own
        ) as day_share
    from period_names
    qualify
        is_own
        or not bool_or(is_own) over (partition by entity_code, delivered_period)
),

placed_hours as (
    select
        coalesce(warehouses.entity_code, 'unknown') as entity_code,
        labor_hours.fiscal_period as delivered_period,
        labor_hours.worker_group,
        labor_hours.practical_capacity_minutes,
        labor_hours.productive_minutes
    from labor_hours
    left join warehouses using (warehouse_id)
)

select
    entity_code,
    coalesce(period_shares.fiscal_period, delivered_period) as fiscal_period,
    placed_hours.worker_group,
    sum(cast(round(
        placed_hours.practical_capacity_minutes
        * coalesce(period_shares.day_share, 1), 4
    ) as decimal(18, 4))) as practical_capacity_minutes,
    sum(cast(round(
        placed_hours.productive_minutes
        * coalesce(period_shares.day_share, 1), 4
    ) as decimal(18, 4))) as productive_minutes
from placed_hours
left join period_shares using (entity_code, delivered_period)
group by all
