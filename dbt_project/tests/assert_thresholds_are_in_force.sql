-- A threshold that starts after the as-of date would compare with null, silently.
with

thresholds as (select * from {{ ref('policy_thresholds') }}),

refresh as (select * from {{ ref('stg_refresh__parameters') }})

select thresholds.name as threshold_name
from thresholds
cross join refresh
group by thresholds.name
having min(thresholds.valid_from) > max(refresh.as_of_date)
