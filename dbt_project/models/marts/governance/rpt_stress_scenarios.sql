-- Grain: one row per stress scenario in force.
-- Who would move if it lasted, who would be held, and whether so many moves would stop
-- a release. Ratios are of all customers assigned, hit or not.
with

moves as (select * from {{ ref('rpt_stress_moves') }}),

scenarios as (
    select
        scenario_id,
        max(description) as description
    from {{ ref('int_stress_shocks') }}
    group by scenario_id
),

refresh as (select * from {{ ref('stg_refresh__parameters') }}),

everybody as (
    select count(*) as customer_count
    from {{ ref('stg_segmentation__assignments') }}
),

sums as (
    select
        scenario_id,
        sum(customer_count) as customer_count,
        sum(customer_count) filter (where from_segment_code != to_segment_code)
            as moved_customer_count,
        sum(wanted_elsewhere_customer_count)
        filter (where to_segment_code != wanted_segment_code)
            as held_customer_count,
        sum(net_sales_change_amount_base_ccy) as net_sales_change_amount_base_ccy,
        sum(move_cost_amount_base_ccy) as move_cost_amount_base_ccy,
        sum(holding_cost_amount_base_ccy) as holding_cost_amount_base_ccy
    from moves
    group by scenario_id
),

counted as (
    select
        scenario_id,
        scenarios.description,
        cast(coalesce(sums.customer_count, 0) as bigint) as customer_count,
        cast(coalesce(sums.moved_customer_count, 0) as bigint)
            as moved_customer_count,
        cast(coalesce(sums.held_customer_count, 0) as bigint) as held_customer_count,
        sums.net_sales_change_amount_base_ccy,
        sums.move_cost_amount_base_ccy,
        sums.holding_cost_amount_base_ccy
    from scenarios
    left join sums using (scenario_id)
)

select
    counted.scenario_id,
    refresh.release_id,
    counted.description,
    counted.customer_count,
    counted.moved_customer_count,
    counted.held_customer_count,
    {{ ratio('counted.moved_customer_count', 'everybody.customer_count') }}
        as moved_ratio,
    counted.moved_customer_count
    <= {{ threshold('assignment_churn_limit_ratio') }} * everybody.customer_count
        as is_within_churn_limit,
    cast(counted.net_sales_change_amount_base_ccy as decimal(18, 2))
        as net_sales_change_amount_base_ccy,
    cast(counted.move_cost_amount_base_ccy as decimal(18, 2))
        as move_cost_amount_base_ccy,
    cast(counted.holding_cost_amount_base_ccy as decimal(18, 2))
        as holding_cost_amount_base_ccy
from counted
cross join refresh
cross join everybody
