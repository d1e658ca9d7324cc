-- A driver is either counted from landed tables or stated by hand: both would add up.
select distinct
    driver_code,
    'is counted from landed tables; policy_driver_quantities may not state it'
        as problem
from {{ ref('policy_driver_quantities') }}
where
    driver_code in (
        select counted.driver_code from {{ counted_drivers() }} as counted
    )
