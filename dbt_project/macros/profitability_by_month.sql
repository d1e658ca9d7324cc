-- Profit and loss of whoever stands for it (a customer, or the level cost is shown for) by
-- month. Both tables are one select, so that they cannot disagree on what profit is.
{% macro profitability_by_month(holder, sales, costs) -%}
with

monthly_sales as (select * from {{ sales }}),

pool_costs as (select * from {{ costs }}),

cost_charges as (
    select * from {{ ref('int_charges_unioned') }}
    where direction = 'cost'
),

company as (
    select
        coalesce(bool_or(is_cogs_known_to_company), false) as is_cogs_known,
        coalesce({{ is_available('gl__journal_lines') }}, false)
        or coalesce({{ is_available('tms__freight_charges') }}, false)
        or exists (select 1 from cost_charges) as is_cost_known
    from monthly_sales
),

monthly_costs as (
    select
        {{ holder }},
        fiscal_period,
        sum(allocated_amount_base_ccy) as cost_to_serve_amount,
        sum(
            case when behaviour = 'variable' then allocated_amount_base_ccy else 0 end
        ) as variable_amount
    from pool_costs
    group by all
),

customer_months as (
    select
        {{ holder }},
        fiscal_period,
        coalesce(monthly_sales.order_count, 0) as order_count,
        coalesce(monthly_sales.gross_sales_amount_base_ccy, 0) as gross_sales_amount,
        case
            when monthly_sales.{{ holder }} is null then 0
            else monthly_sales.discounts_amount_base_ccy
        end as discounts_amount,
        coalesce(monthly_sales.net_sales_amount_base_ccy, 0) as net_sales_amount,
        coalesce(monthly_sales.list_sales_amount_base_ccy, 0) as list_sales_amount,
        coalesce(monthly_sales.returns_amount_base_ccy, 0) as returns_amount,
        coalesce(monthly_sales.corrections_amount_base_ccy, 0) as corrections_amount,
        case
            when monthly_sales.{{ holder }} is not null
                then monthly_sales.cogs_amount_base_ccy
            when company.is_cogs_known then 0
        end as cogs_amount,
        company.is_cogs_known,
        case
            when company.is_cost_known
                then coalesce(monthly_costs.cost_to_serve_amount, 0)
        end as cost_to_serve_amount,
        case
            when company.is_cost_known
                then coalesce(monthly_costs.variable_amount, 0)
        end as variable_amount
    from monthly_sales
    full outer join monthly_costs using ({{ holder }}, fiscal_period)
    cross join company
)

select
    {{ holder }},
    fiscal_period,
    cast(order_count as bigint) as order_count,
    cast(gross_sales_amount as decimal(18, 2)) as gross_sales_amount_base_ccy,
    cast(discounts_amount as decimal(18, 2)) as discounts_amount_base_ccy,
    cast(net_sales_amount as decimal(18, 2)) as net_sales_amount_base_ccy,
    cast(list_sales_amount as decimal(18, 2)) as list_sales_amount_base_ccy,
    cast(returns_amount as decimal(18, 2)) as returns_amount_base_ccy,
    cast(corrections_amount as decimal(18, 2)) as corrections_amount_base_ccy,
    cast(cogs_amount as decimal(18, 2)) as cogs_amount_base_ccy,
    cast(
        net_sales_amount - cogs_amount as decimal(18, 2)
    ) as gross_margin_amount_base_ccy,
    cast(cost_to_serve_amount as decimal(18, 2)) as cost_to_serve_amount_base_ccy,
    cast(variable_amount as decimal(18, 2))
        as variable_cost_to_serve_amount_base_ccy,
    cast(
        net_sales_amount
        - case when is_cogs_known then cogs_amount else 0 end
        - cost_to_serve_amount as decimal(18, 2)
    ) as contribution_amount_base_ccy,
    case when is_cogs_known then 'after_cogs' else 'before_cogs' end
        as contribution_basis
from customer_months
{%- endmacro %}
