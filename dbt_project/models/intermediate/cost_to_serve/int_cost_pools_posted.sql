-- Grain: one row per ledger, entity, fiscal period and cost pool; null for unmapped.
-- A pool that is served and has no posting of its own is there with 0: it still carries
-- what serves it.
with

ledger_lines as (select * from {{ ref('int_ledger_lines_mapped') }}),

pool_services as (select * from {{ ref('policy_pool_services') }}),

posted_pools as (
    select
        ledger_code,
        entity_code,
        fiscal_period,
        cost_pool_code,
        max(posting_date) as last_posting_date,
        count(*) as posting_count,
        cast(sum(amount_base_ccy) as decimal(18, 2)) as pool_amount_base_ccy
    from ledger_lines
    group by all
),

-- Services may serve each other: where one posted, all that any serves is there.
served_pools as (
    select
        posted_pools.ledger_code,
        posted_pools.entity_code,
        posted_pools.fiscal_period,
        pool_services.to_pool_code as cost_pool_code,
        max(posted_pools.last_posting_date) as last_posting_date
    from posted_pools
    inner join pool_services
        on
            posted_pools.entity_code
            = coalesce(pool_services.entity_code, posted_pools.entity_code)
    where
        posted_pools.cost_pool_code in (
            select services.from_pool_code from pool_services as services
        )
    group by all
)

select
    ledger_code,
    entity_code,
    fiscal_period,
    cost_pool_code,
    last_posting_date,
    posting_count,
    pool_amount_base_ccy
from posted_pools
union all
select
    ledger_code,
    entity_code,
    fiscal_period,
    cost_pool_code,
    served_pools.last_posting_date,
    0 as posting_count,
    cast(0 as decimal(18, 2)) as pool_amount_base_ccy
from served_pools
anti join posted_pools
    using (ledger_code, entity_code, fiscal_period, cost_pool_code)
