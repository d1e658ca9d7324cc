-- The running quantities of a driver month begin at zero and end at its total: no row
-- of another one is among them. A share of a pool would go astray otherwise.
with

drivers as (select * from {{ ref('int_activity_drivers_accumulated') }}),

driver_months as (select * from {{ ref('int_activity_drivers_totalled') }}),

runs as (
    select
        driver_month_key,
        min(running_driver_qty - greatest(driver_qty, 0)) as first_qty,
        max(running_driver_qty) as last_qty
    from drivers
    group by driver_month_key
)

select
    driver_months.entity_code,
    driver_months.fiscal_period,
    driver_months.driver_code
from driver_months
left join runs using (driver_month_key)
where
    runs.first_qty is distinct from 0
    or runs.last_qty is distinct from driver_months.total_driver_qty
