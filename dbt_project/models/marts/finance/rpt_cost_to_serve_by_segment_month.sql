-- Grain: one row per segment and fiscal period.
-- A customer counts under its current segment in every month, so that months compare;
-- a customer without one is shown as unassigned.
with

customer_months as (select * from {{ ref('rpt_profitability_by_customer_month') }}),

current_segments as (
    select *
    from {{ ref('dim_customer_segments') }}
    where is_current
),

segment_months as (
    select
        coalesce(current_segments.segment_code, 'unassigned') as segment_code,
        customer_months.fiscal_period,
        count(*) as customer_count,
        sum(customer_months.order_count) as order_count,
        sum(customer_months.net_sales_amount_base_ccy) as net_sales_amount,
        sum(customer_months.cost_to_serve_amount_base_ccy) as cost_to_serve_amount,
        case
            when count(*) = count(customer_months.contribution_amount_base_ccy)
                then sum(customer_months.contribution_amount_base_ccy)
        end as contribution_amount,
        min(customer_months.contribution_basis) as contribution_basis
    from customer_months
    left join current_segments using (customer_id)
    group by all
)

select
    segment_code,
    fiscal_period,
    customer_count,
    cast(order_count as bigint) as order_count,
    cast(net_sales_amount as decimal(18, 2)) as net_sales_amount_base_ccy,
    cast(cost_to_serve_amount as decimal(18, 2)) as cost_to_serve_amount_base_ccy,
    cast(contribution_amount as decimal(18, 2)) as contribution_amount_base_ccy,
    contribution_basis,
    cast(
        cost_to_serve_amount / nullif(order_count, 0) as decimal(18, 2)
    ) as cost_to_serve_per_order_amount_base_ccy,
    case
        when net_sales_amount > 0
            then cast(cost_to_serve_amount / net_sales_amount as decimal(18, 6))
    end as cost_to_serve_ratio
from segment_months
