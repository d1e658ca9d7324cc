-- Grain: one row per entity, fiscal period, cost pool and where part of it went: a
-- customer through an activity of the pool that carries it, or a part nobody bears.
-- Every pool has a last row, of nothing if all of it went elsewhere.
with

customer_costs as (
    select * from {{ ref('rpt_cost_to_serve_by_customer_pool_month') }}
),

pools as (select * from {{ ref('fct_cost_pools') }}),

parts as (
    select
        entity_code,
        fiscal_period,
        cost_pool_code,
        unnest([
            'unused_capacity', 'sustaining', 'excluded', 'quarantined', 'unallocated'
        ]) as destination_code,
        unnest([
            unused_capacity_amount_base_ccy, sustaining_amount_base_ccy,
            excluded_amount_base_ccy, quarantined_amount_base_ccy,
            unallocated_amount_base_ccy
        ]) as amount_base_ccy
    from pools
),

destinations as (
    select
        entity_code,
        fiscal_period,
        cost_pool_code,
        'customer' as destination_code,
        carried_by_pool_code,
        activity_code,
        customer_id,
        allocated_amount_base_ccy as amount_base_ccy
    from customer_costs
    union all
    select
        entity_code,
        fiscal_period,
        cost_pool_code,
        destination_code,
        cast(null as varchar) as carried_by_pool_code,
        cast(null as varchar) as activity_code,
        cast(null as varchar) as customer_id,
        amount_base_ccy
    from parts
    where amount_base_ccy != 0 or destination_code = 'unallocated'
)

select
    entity_code,
    fiscal_period,
    cost_pool_code,
    destination_code,
    carried_by_pool_code,
    activity_code,
    customer_id,
    amount_base_ccy,
    cast(
        sum(amount_base_ccy) over (
            partition by entity_code, fiscal_period, cost_pool_code
            order by
                destination_code = 'unallocated', destination_code,
                carried_by_pool_code, activity_code, customer_id
            rows unbounded preceding
        ) as decimal(18, 2)
    ) as running_amount_base_ccy
from destinations
