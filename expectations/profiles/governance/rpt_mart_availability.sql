-- Grain: one row per mart.
select
    mart_name,
    availability_status
from governance.rpt_mart_availability
order by mart_name
