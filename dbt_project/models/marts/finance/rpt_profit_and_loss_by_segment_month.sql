-- Grain: one row per segment, fiscal period, line, carrying cost pool and activity.
-- A customer counts under its current segment in every month. What no customer bears
-- (unused capacity, sustaining, unallocated, quarantined) and what names none is of the
-- segment `none`: with it the segments add up to the company, and cost to the ledger.
with

customer_parts as (
    select * from {{ ref('rpt_profit_and_loss_by_customer_month') }}
    where line_type = 'part'
),

current_segments as (
    select *
    from {{ ref('dim_customer_segments') }}
    where is_current
),

pools as (select * from {{ ref('fct_cost_pools') }}),

profit_lines as {{ in_force(ref('policy_profit_lines'), ['line_code']) }},

company as {{ profit_company() }},

unborne_costs as (
    select
        fiscal_period,
        cost_pool_code,
        unnest([
            'unused_capacity', 'unallocated', 'sustaining', 'quarantined'
        ]) as line_code,
        unnest([
            -unused_capacity_amount_base_ccy,
            -unallocated_amount_base_ccy,
            -sustaining_amount_base_ccy,
            -quarantined_amount_base_ccy
        ]) as amount
    from pools
),

parts as (
    select
        case
            when customer_parts.customer_id = 'unattributed' then 'none'
            else coalesce(current_segments.segment_code, 'unassigned')
        end as segment_code,
        customer_parts.fiscal_period,
        customer_parts.line_code,
        customer_parts.cost_pool_code,
        customer_parts.activity_code,
        case
            when count(*) = count(customer_parts.amount_base_ccy)
                then sum(customer_parts.amount_base_ccy)
        end as amount
    from customer_parts
    left join current_segments using (customer_id)
    group by all
    union all
    select
        'none' as segment_code,
        fiscal_period,
        line_code,
        cost_pool_code,
        cast(null as varchar) as activity_code,
        sum(amount) as amount
    from unborne_costs
    where amount != 0
    group by all
),

{{ profit_results(['segment_code', 'fiscal_period']) }}
