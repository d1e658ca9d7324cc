-- Grain: one row per legal entity with a cost pool.
-- Absolute amounts: a credit must not make up for a cost without a customer. A limit
-- that policy lacks counts as none.
with

limits as (
    select coalesce(arg_max(value, valid_from), 0) as unallocated_ratio
    from policy.policy_thresholds
    cross join raw.refresh_parameters
    where name = 'unallocated_limit_ratio' and valid_from <= as_of_date
),

pools as (
    select
        entity_code,
        cost_pool_code,
        count(*) as row_count,
        sum(abs(allocatable_amount_base_ccy)) as allocatable_amount,
        sum(abs(unallocated_amount_base_ccy)) as unallocated_amount
    from core.fct_cost_pools
    group by entity_code, cost_pool_code
)

select
    pools.entity_code,
    sum(pools.row_count) as examined_row_count,
    cast(
        sum(pools.unallocated_amount)
        > sum(pools.allocatable_amount) * max(limits.unallocated_ratio)
        as integer
    ) as over_limit_count,
    count(*) filter (
        where
        pools.unallocated_amount > 0
        and pools.unallocated_amount = pools.allocatable_amount
    ) as undriven_pool_count,
    pools.entity_code || ' ' || string_agg(
        pools.cost_pool_code || ' '
        || cast(
            ceil(
                100 * pools.unallocated_amount / nullif(pools.allocatable_amount, 0)
            ) as integer
        ) || ' %',
        ', '
        order by pools.cost_pool_code
    ) filter (
        where
        pools.unallocated_amount
        > pools.allocatable_amount * limits.unallocated_ratio
    ) as first_case
from pools
cross join limits
group by pools.entity_code
order by pools.entity_code
