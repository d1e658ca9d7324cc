-- Grain: one row per customer, fiscal period, line, carrying cost pool and activity.
-- The profit and loss of a customer from list sales to contribution, signed so that
-- parts add up to results; cost by the activity that serves. A view: the money is that
-- of the two tables it reads.
with

months as (select * from {{ ref('rpt_profitability_by_customer_month') }}),

costs as (select * from {{ ref('rpt_cost_to_serve_by_customer_pool_month') }}),

carried_costs as (select * from {{ ref('fct_carried_costs') }}),

profit_lines as {{ profit_lines() }},

company as {{ profit_company() }},

sales as (
    {{ sales_parts('customer_id') }}
),

parts as (
    select * from sales
    where amount is distinct from 0 or line_code = 'list_sales'
    union all by name
    {{ cost_parts('customer_id') }}
),

{{ profit_results(['customer_id', 'fiscal_period']) }}
