-- A cost pool may have several mapping rules but one name, treatment and behaviour.
select
    cost_pool_code,
    count(distinct cost_pool_name) as name_count,
    count(distinct treatment) as treatment_count,
    count(distinct coalesce(behaviour, '')) as behaviour_count,
    count(distinct coalesce(activity_code, '')) as activity_count,
    count(distinct reason) as reason_count
from {{ ref('policy_cost_pools') }}
group by cost_pool_code
having
    count(distinct cost_pool_name) > 1
    or count(distinct treatment) > 1
    or count(distinct coalesce(behaviour, '')) > 1
    or count(distinct coalesce(activity_code, '')) > 1
    or count(distinct reason) > 1
