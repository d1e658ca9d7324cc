-- Grain: one row per fiscal period.
-- Three ways to the same cost to serve: pools, customers by pool, customer profit.
with

pools as (
    select
        fiscal_period,
        count(*) as pool_count,
        sum(allocatable_amount_base_ccy - unallocated_amount_base_ccy) as amount
    from core.fct_cost_pools
    where treatment in ('allocate', 'customer_sustaining', 'direct', 'service')
    group by fiscal_period
),

customer_pools as (
    select
        fiscal_period,
        sum(allocated_amount_base_ccy) as amount
    from finance.rpt_cost_to_serve_by_customer_pool_month
    group by fiscal_period
),

customer_months as (
    select
        fiscal_period,
        sum(cost_to_serve_amount_base_ccy) as amount
    from finance.rpt_profitability_by_customer_month
    group by fiscal_period
)

select
    fiscal_period,
    coalesce(pools.pool_count, 0) as examined_row_count,
    cast(
        100 * (coalesce(pools.amount, 0) - coalesce(customer_pools.amount, 0))
        as bigint
    ) as customer_pool_difference_cents,
    cast(
        100 * (coalesce(pools.amount, 0) - coalesce(customer_months.amount, 0))
        as bigint
    ) as customer_month_difference_cents
from pools
full outer join customer_pools using (fiscal_period)
full outer join customer_months using (fiscal_period)
order by fiscal_period
