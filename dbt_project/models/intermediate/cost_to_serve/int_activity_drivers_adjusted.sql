-- Grain: one row per entity, fiscal period, driver and cost object.
-- An adjusting period is driven by its whole year, what is stated of itself included.
with

drivers as (select * from {{ ref('int_activity_drivers_unioned') }}),

adjusting_periods as (select * from {{ ref('int_adjusting_periods_found') }})

select
    entity_code,
    fiscal_period,
    drivers.driver_code,
    drivers.cost_object_key,
    drivers.driver_qty
from drivers
anti join adjusting_periods using (entity_code, fiscal_period)
union all
select
    entity_code,
    adjusting_periods.fiscal_period,
    drivers.driver_code,
    drivers.cost_object_key,
    cast(sum(drivers.driver_qty) as bigint) as driver_qty
from drivers
inner join adjusting_periods using (entity_code)
where
    {{ fiscal_year('drivers.fiscal_period') }}
    = {{ fiscal_year('adjusting_periods.fiscal_period') }}
group by all
