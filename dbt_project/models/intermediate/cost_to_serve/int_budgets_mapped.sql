-- Grain: one row per budget version, entity, fiscal period and cost pool.
-- A budget line goes to a pool by the rules its postings go by, on the last day of its
-- period, at that day's average rate; `unmapped` where no rule takes it, or several.
with

budgets as (select * from {{ ref('stg_gl__budgets') }}),

accounts as (select * from {{ ref('stg_gl__accounts') }}),

fiscal_days as (select * from {{ ref('int_fiscal_days') }}),

flow_rates as (
    select * from {{ ref('int_exchange_rates_daily') }}
    where rate_type = {{ setting('flow_rate_type') }}
),

period_ends as (
    select
        entity_code,
        fiscal_period,
        max(calendar_date) as last_date
    from fiscal_days
    group by all
),

-- Only periods that have come: of later ones there is nothing to compare.
dated_budgets as (
    select
        budgets.budget_version,
        entity_code,
        fiscal_period,
        budgets.account_id,
        coalesce(budgets.cost_center_id, '') as cost_center_id,
        period_ends.last_date as posting_date,
        {{ to_base_amount(
            'budgets.amount_local_ccy', 'flow_rates.base_ccy_per_local_ccy'
        ) }} as amount_base_ccy
    from budgets
    inner join period_ends using (entity_code, fiscal_period)
    left join accounts on budgets.account_id = accounts.account_id
    left join flow_rates
        on
            coalesce(budgets.local_currency_code, {{ base_currency() }})
            = flow_rates.currency_code
            and period_ends.last_date = flow_rates.calendar_date
    where
        accounts.account_type is null
        or accounts.account_type in ('revenue', 'cogs', 'expense')
),

chosen_rules as (
    select * from {{ chosen_pool_rules(
        '(select distinct entity_code, account_id, cost_center_id, posting_date'
        ~ ' from dated_budgets)'
    ) }} as rules
)

select
    dated_budgets.budget_version,
    entity_code,
    dated_budgets.fiscal_period,
    coalesce(
        case when chosen_rules.rule_count = 1 then chosen_rules.cost_pool_code end,
        'unmapped'
    ) as cost_pool_code,
    coalesce(
        case when chosen_rules.rule_count = 1 then chosen_rules.treatment end,
        'unmapped'
    ) as treatment,
    cast({{ known_sum('dated_budgets.amount_base_ccy') }} as decimal(18, 2))
        as planned_amount_base_ccy
from dated_budgets
left join chosen_rules
    using (entity_code, account_id, cost_center_id, posting_date)
group by all
