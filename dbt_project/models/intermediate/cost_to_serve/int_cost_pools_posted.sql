-- Grain: one row per ledger, entity, fiscal period and cost pool; null for unmapped.
-- A pool that is served and has no posting of its own is there with 0: it still carries
-- what serves it. The policy of a period is that of its own days: a posting dated
-- beside them says which is in force only of a pool without another, as in a 13th.
with

ledger_lines as (select * from {{ ref('int_ledger_lines_mapped') }}),

fiscal_days as (select * from {{ ref('int_fiscal_days') }}),

pool_services as (select * from {{ ref('policy_pool_services') }}),

posted_days as (
    select
        ledger_code,
        entity_code,
        fiscal_period,
        cost_pool_code,
        posting_date,
        count(*) as posting_count,
        sum(amount_base_ccy) as posted_amount
    from ledger_lines
    group by all
),

posted_pools as (
    select
        posted_days.ledger_code,
        posted_days.entity_code,
        posted_days.fiscal_period,
        posted_days.cost_pool_code,
        coalesce(
            max(posted_days.posting_date) filter (
                where fiscal_days.fiscal_period = posted_days.fiscal_period
            ),
            max(posted_days.posting_date)
        ) as last_posting_date,
        cast(sum(posted_days.posting_count) as bigint) as posting_count,
        cast(sum(posted_days.posted_amount) as decimal(18, 2)) as pool_amount_base_ccy
    from posted_days
    left join fiscal_days
        on
            posted_days.entity_code = fiscal_days.entity_code
            and posted_days.posting_date = fiscal_days.calendar_date
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
