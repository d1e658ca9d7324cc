-- Grain: one row per entity and fiscal period.
-- Ledger revenue against what the sub-ledger sold: order lines plus charges passed on.
-- Ledger revenue is the pool the settings name, what the sub-ledger should explain. The
-- gap is shown; a charge whose entity nobody knows stands under `unknown`.
with

ledger_lines as (select * from {{ ref('int_ledger_lines_mapped') }}),

customer_sales as (select * from {{ ref('int_sales_aggregated_to_customers') }}),

charges as (select * from {{ ref('int_charges_converted') }}),

ledger_revenue as (
    select
        entity_code,
        fiscal_period,
        -sum(amount_base_ccy) as gl_revenue_amount
    from ledger_lines
    where
        ledger_code = 'general_ledger'
        and cost_pool_code = {{ setting('revenue_pool_code') }}
    group by all
),

order_sales as (
    select
        entity_code,
        fiscal_period,
        sum(net_sales_amount_base_ccy) as order_net_sales_amount
    from customer_sales
    where {{ is_available('gl__journal_lines') }}
    group by all
),

revenue_charges as (
    select
        entity_code,
        fiscal_period,
        sum(amount_base_ccy) as charged_amount
    from charges
    where direction = 'revenue' and {{ is_available('gl__journal_lines') }}
    group by all
),

combined_revenue as (
    select
        entity_code,
        fiscal_period,
        coalesce(ledger_revenue.gl_revenue_amount, 0) as gl_revenue_amount,
        coalesce(order_sales.order_net_sales_amount, 0) as order_net_sales_amount,
        coalesce(revenue_charges.charged_amount, 0) as charged_amount
    from ledger_revenue
    full outer join order_sales using (entity_code, fiscal_period)
    full outer join revenue_charges using (entity_code, fiscal_period)
)

select
    entity_code,
    fiscal_period,
    cast(gl_revenue_amount as decimal(18, 2)) as gl_revenue_amount_base_ccy,
    cast(order_net_sales_amount as decimal(18, 2))
        as order_net_sales_amount_base_ccy,
    cast(charged_amount as decimal(18, 2)) as revenue_charges_amount_base_ccy,
    cast(
        gl_revenue_amount - order_net_sales_amount - charged_amount as decimal(18, 2)
    ) as gap_amount_base_ccy,
    case
        when gl_revenue_amount != 0
            then cast(
                (gl_revenue_amount - order_net_sales_amount - charged_amount)
                / gl_revenue_amount as decimal(18, 6)
            )
    end as gap_ratio
from combined_revenue
