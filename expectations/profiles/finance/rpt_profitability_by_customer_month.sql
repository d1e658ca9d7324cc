-- Grain: one row per contribution basis.
with

months as (
    select
        contribution_basis,
        count(*) as row_count,
        count(*) filter (
            where contribution_amount_base_ccy is distinct from
            net_sales_amount_base_ccy
            - case
                when contribution_basis = 'after_cogs' then cogs_amount_base_ccy
                else 0
            end
            - cost_to_serve_amount_base_ccy
        ) as untied_row_count,
        count(distinct customer_id) as customer_count,
        sum(cost_to_serve_amount_base_ccy) as cost_to_serve_amount
    from finance.rpt_profitability_by_customer_month
    group by contribution_basis
),

curve as (
    select
        contribution_basis,
        count(*) as customer_count,
        sum(cost_to_serve_amount_base_ccy) as cost_to_serve_amount
    from finance.rpt_whale_curve_by_customer
    group by contribution_basis
)

select
    months.contribution_basis,
    months.row_count as examined_row_count,
    months.untied_row_count,
    months.customer_count - coalesce(curve.customer_count, 0)
        as missing_from_curve_count,
    cast(
        100 * (months.cost_to_serve_amount - coalesce(curve.cost_to_serve_amount, 0))
        as bigint
    ) as curve_difference_cents
from months
left join curve using (contribution_basis)
order by months.contribution_basis
