-- Grain: one row per cost pool, activity and valid-from date.
-- The rows of a pool with one valid-from date are one version: they replace all that
-- came before, so that an activity ends where a later version leaves it out.
with

driver_policy as (select * from {{ ref('policy_activity_drivers') }}),

versions as (
    select
        cost_pool_code,
        valid_from,
        lead(valid_from, 1, cast('9999-12-31' as date)) over (
            partition by cost_pool_code order by valid_from
        ) as superseded_from
    from driver_policy
    group by cost_pool_code, valid_from
)

select
    driver_policy.cost_pool_code,
    driver_policy.activity_code,
    driver_policy.driver_code,
    driver_policy.driver_unit,
    driver_policy.capacity_worker_group,
    driver_policy.unit_minutes,
    driver_policy.resource_share,
    driver_policy.standard_rate_base_ccy,
    driver_policy.valid_from,
    versions.superseded_from
from driver_policy
inner join versions using (cost_pool_code, valid_from)
