-- Grain: one row per budget version, entity, fiscal period and cost pool.
-- Every pool that is not excluded, planned or posted, of the periods a version covers.
with

budgets as (select * from {{ ref('int_budgets_mapped') }}),

pools as (select * from {{ ref('int_cost_pools_aggregated') }}),

covered_periods as (
    select distinct
        budgets.budget_version,
        entity_code,
        fiscal_period
    from budgets
    semi join pools using (entity_code, fiscal_period)
),

amounts as (
    select
        budget_version,
        entity_code,
        fiscal_period,
        budgets.cost_pool_code,
        budgets.treatment,
        budgets.planned_amount_base_ccy as planned_amount,
        0 as actual_amount
    from budgets
    semi join covered_periods using (budget_version, entity_code, fiscal_period)
    union all
    select
        covered_periods.budget_version,
        entity_code,
        fiscal_period,
        pools.cost_pool_code,
        pools.treatment,
        0 as planned_amount,
        pools.pool_amount_base_ccy as actual_amount
    from pools
    inner join covered_periods using (entity_code, fiscal_period)
)

select
    budget_version,
    entity_code,
    fiscal_period,
    cost_pool_code,
    cast({{ known_sum('planned_amount') }} as decimal(18, 2))
        as planned_amount_base_ccy,
    cast(sum(actual_amount) as decimal(18, 2)) as actual_amount_base_ccy
from amounts
where treatment != 'excluded'
group by budget_version, entity_code, fiscal_period, cost_pool_code
