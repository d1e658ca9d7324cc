-- Grain: one row per plan, entity, fiscal period and cost pool.
-- The split added up. Where the plan is a budget of the ledger the whole pool stands
-- against it: what goes beyond the planned activities is not split. Over both limits a
-- variance has a cause: the largest part that goes its way.
with

budgeted_pools as (
    select
        * exclude (budget_version),
        budget_version as plan_code
    from {{ ref('int_budgeted_pools_compared') }}
),

split_pools as (
    select
        plan_code,
        entity_code,
        fiscal_period,
        cost_pool_code,
        sum(planned_amount_base_ccy) as planned_amount,
        sum(actual_amount_base_ccy) as actual_amount,
        sum(volume_variance_amount_base_ccy) as volume_amount,
        sum(mix_variance_amount_base_ccy) as mix_amount,
        sum(efficiency_variance_amount_base_ccy) as efficiency_amount,
        sum(price_variance_amount_base_ccy) as price_amount,
        sum(method_variance_amount_base_ccy) as method_amount
    from {{ ref('rpt_cost_variance_by_segment_month') }}
    group by all
),

variances as (
    select
        plan_code,
        entity_code,
        fiscal_period,
        cost_pool_code,
        case
            when budgeted_pools.plan_code is null then split_pools.planned_amount
            else budgeted_pools.planned_amount_base_ccy
        end as planned_amount,
        coalesce(budgeted_pools.actual_amount_base_ccy, split_pools.actual_amount)
            as actual_amount,
        if(
            split_pools.plan_code is null,
            'not available: policy_cost_plans has no row for it', 'split'
        ) as split_status,
        coalesce(split_pools.volume_amount, 0) as volume_amount,
        coalesce(split_pools.mix_amount, 0) as mix_amount,
        coalesce(split_pools.efficiency_amount, 0) as efficiency_amount,
        coalesce(split_pools.price_amount, 0) as price_amount,
        coalesce(split_pools.method_amount, 0) as method_amount
    from budgeted_pools
    full outer join split_pools
        using (plan_code, entity_code, fiscal_period, cost_pool_code)
),

judged_variances as (
    select
        *,
        actual_amount - planned_amount as variance_amount,
        actual_amount - planned_amount - volume_amount - mix_amount
        - efficiency_amount - price_amount - method_amount as unsplit_amount,
        abs(actual_amount - planned_amount) >= greatest(
            {{ threshold('variance_limit_amount_base_ccy') }},
            {{ threshold('variance_limit_ratio') }} * abs(planned_amount)
        ) as is_over_limits
    from variances
)

select
    plan_code,
    entity_code,
    fiscal_period,
    cost_pool_code,
    split_status,
    cast(planned_amount as decimal(18, 2)) as planned_amount_base_ccy,
    cast(actual_amount as decimal(18, 2)) as actual_amount_base_ccy,
    cast(variance_amount as decimal(18, 2)) as cost_variance_amount_base_ccy,
    cast(volume_amount as decimal(18, 2)) as volume_variance_amount_base_ccy,
    cast(mix_amount as decimal(18, 2)) as mix_variance_amount_base_ccy,
    cast(efficiency_amount as decimal(18, 2)) as efficiency_variance_amount_base_ccy,
    cast(price_amount as decimal(18, 2)) as price_variance_amount_base_ccy,
    cast(method_amount as decimal(18, 2)) as method_variance_amount_base_ccy,
    cast(unsplit_amount as decimal(18, 2)) as unsplit_variance_amount_base_ccy,
    is_over_limits,
    case
        when is_over_limits
            then list_max([
                { 'part': sign(variance_amount) * volume_amount, 'cause': 'volume' },
                { 'part': sign(variance_amount) * mix_amount, 'cause': 'mix' },
                {
                    'part': sign(variance_amount) * efficiency_amount,
                    'cause': 'efficiency'
                },
                { 'part': sign(variance_amount) * price_amount, 'cause': 'price' },
                { 'part': sign(variance_amount) * method_amount, 'cause': 'method' },
                { 'part': sign(variance_amount) * unsplit_amount, 'cause': 'unsplit' }
            ])['cause']
    end as main_cause_code
from judged_variances
