-- Grain: one row per entity, fiscal period, direct cost pool and cost object.
-- Of all postings of the pool together, what each object bears; which posting it comes
-- from is in fct_direct_postings.
with

charged_postings as (select * from {{ ref('int_direct_postings_charged') }})

select
    entity_code,
    fiscal_period,
    cost_pool_code,
    cost_object_key,
    behaviour,
    cast(
        sum(charged_amount_base_ccy) as decimal(18, 2)
    ) as allocated_amount_base_ccy
from charged_postings
group by all
