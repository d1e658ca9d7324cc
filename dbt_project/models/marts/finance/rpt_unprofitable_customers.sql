-- Grain: one row per customer that lost money in the last year, and cause.
-- A cause is a layer above its benchmark, the dearest first; where none is, one row
-- says `none`. A lever is worth what would go of the excess: all of a discount, the
-- margin on what comes back, the avoidable part of a cost.
with

years as (
    select * from {{ ref('rpt_profitability_by_customer_year') }}
    where contribution_amount_base_ccy < 0
),

layers as (
    select * from {{ ref('rpt_profit_layers_by_customer') }}
    where excess_amount_base_ccy > 0
),

pool_costs as (select * from {{ ref('rpt_cost_to_serve_by_customer_pool_month') }}),

segments as (
    select * from {{ ref('dim_customer_segments') }}
    where is_current
),

drivers as {{ in_force(
    ref('policy_activity_drivers'), ['cost_pool_code', 'activity_code']
) }},

levers as {{ in_force(ref('policy_profit_levers'), ['cause_code']) }},

avoidable_costs as (
    select
        customer_id,
        pool_costs.carried_by_pool_code as cost_pool_code,
        pool_costs.activity_code,
        sum(pool_costs.allocated_amount_base_ccy) as allocated_amount,
        -- A whole step may go with a customer that bears a part of it.
        if(
            abs(sum(pool_costs.avoidable_amount_base_ccy)) > abs(allocated_amount),
            allocated_amount, sum(pool_costs.avoidable_amount_base_ccy)
        ) as avoidable_amount
    from pool_costs
    inner join years using (customer_id)
    where pool_costs.fiscal_period >= years.year_from_fiscal_period
    group by all
),

causes as (
    select
        customer_id,
        coalesce(segments.segment_code, 'unassigned') as segment_code,
        years.contribution_amount_base_ccy,
        coalesce(layers.line_code, 'none') as line_code,
        layers.cost_pool_code,
        layers.activity_code,
        coalesce(drivers.driver_code, layers.line_code, 'none') as cause_code,
        layers.cost_amount_base_ccy,
        layers.benchmark_code,
        layers.benchmark_amount_base_ccy,
        layers.excess_amount_base_ccy,
        case
            when layers.line_code = 'returns' then {{ ratio(
                'years.contribution_amount_base_ccy'
                ' + years.cost_to_serve_amount_base_ccy',
                'greatest(years.net_sales_amount_base_ccy, 0)'
            ) }}
            when layers.cost_pool_code is not null then {{ ratio(
                'avoidable_costs.avoidable_amount', 'avoidable_costs.allocated_amount'
            ) }}
            when layers.line_code is not null then 1
        end as avoidable_ratio
    from years
    left join segments using (customer_id)
    left join layers using (customer_id)
    left join drivers
        on
            layers.cost_pool_code = drivers.cost_pool_code
            and layers.activity_code = drivers.activity_code
    left join avoidable_costs
        on
            years.customer_id = avoidable_costs.customer_id
            and layers.cost_pool_code = avoidable_costs.cost_pool_code
            and layers.activity_code = avoidable_costs.activity_code
)

select
    causes.customer_id,
    causes.segment_code,
    row_number() over (
        partition by causes.customer_id
        order by
            causes.excess_amount_base_ccy desc,
            causes.line_code,
            causes.cost_pool_code,
            causes.activity_code
    ) as cause_rank,
    cause_code,
    causes.line_code,
    causes.cost_pool_code,
    causes.activity_code,
    causes.contribution_amount_base_ccy,
    causes.cost_amount_base_ccy,
    causes.benchmark_code,
    causes.benchmark_amount_base_ccy,
    causes.excess_amount_base_ccy,
    levers.lever_code,
    levers.lever_text,
    causes.avoidable_ratio,
    cast(round(
        causes.excess_amount_base_ccy * causes.avoidable_ratio, 2
    ) as decimal(18, 2)) as worth_amount_base_ccy
from causes
left join levers using (cause_code)
