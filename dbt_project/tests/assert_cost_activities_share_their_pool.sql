-- The activities of a pool share it in one way: by minutes of one worker group, by
-- fixed shares that add up to 1, or each at its standard rate. Minutes and units do not
-- add up, and what shares leave over would be nobody's.
with

activities as (select * from {{ ref('policy_activity_drivers') }}),

pool_versions as (
    select
        cost_pool_code,
        valid_from,
        count(*) as activity_count,
        count(*) filter (
            where driver_unit = 'minutes' or unit_minutes is not null
        ) as timed_count,
        count(distinct coalesce(capacity_worker_group, '')) as worker_group_count,
        count(resource_share) as shared_count,
        sum(resource_share) as share_sum,
        count(standard_rate_base_ccy) as rated_count
    from activities
    group by cost_pool_code, valid_from
)

select
    cost_pool_code,
    valid_from,
    case
        when shared_count > 0 and rated_count > 0
            then 'resource_share and standard_rate_base_ccy exclude each other'
        when shared_count > 0 and share_sum != 1
            then
                'the resource_share of its activities add up to '
                || cast(share_sum as double) || ' and not to 1'
        when shared_count > 0
            then 'some of its activities have a resource_share, others none'
        when rated_count > 0
            then 'some of its activities have a standard_rate_base_ccy, others none'
        else 'its activities need minutes of one worker group, or shares, or rates'
    end as problem
from pool_versions
where
    (shared_count > 0 and rated_count > 0)
    or (shared_count > 0 and (share_sum != 1 or shared_count < activity_count))
    or (rated_count > 0 and rated_count < activity_count)
    or (
        activity_count > 1
        and shared_count + rated_count = 0
        and (timed_count < activity_count or worker_group_count > 1)
    )
