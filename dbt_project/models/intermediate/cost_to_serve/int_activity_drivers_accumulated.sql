-- Grain: one row per driver month and cost object.
-- The running quantity is what makes allocation exact: one serves every pool that uses
-- the driver. A negative quantity would take cost away from its customer: it adds
-- nothing to the running one.
-- One sum runs over all rows, sorted once; what it had reached where a driver month
-- begins is taken off. A window that sorts by itself costs four times as much. In
-- whatever order an engine took the rows, a run would tile its total; that none is
-- mixed with another is tested (assert_driver_runs_are_whole).
with

drivers as (select * from {{ ref('int_activity_drivers_adjusted') }}),

driver_months as (select * from {{ ref('int_activity_drivers_totalled') }}),

sorted_drivers as (
    select
        driver_months.driver_month_key,
        drivers.cost_object_key,
        drivers.driver_qty
    from drivers
    inner join driver_months using (entity_code, fiscal_period, driver_code)
    order by driver_months.driver_month_key, drivers.cost_object_key
),

running_drivers as (
    select
        *,
        sum(greatest(driver_qty, 0))
            over (rows unbounded preceding) -- noqa: PRS
            as reached_qty
    from sorted_drivers
)

select
    driver_month_key,
    running_drivers.cost_object_key,
    running_drivers.driver_qty,
    cast(
        running_drivers.reached_qty - driver_months.driver_qty_before as bigint
    ) as running_driver_qty
from running_drivers
inner join driver_months using (driver_month_key)
