-- Grain: one row per legal entity and fiscal period.
select
    entity_code,
    fiscal_period,
    count(*) as examined_row_count,
    cast(100 * cast(min(variance_amount_base_ccy) as decimal(28, 2)) as bigint)
        as lowest_variance_cents,
    cast(100 * cast(max(variance_amount_base_ccy) as decimal(28, 2)) as bigint)
        as highest_variance_cents,
    count(*) filter (
        where
        gl_amount_base_ccy is distinct from
        allocated_amount_base_ccy
        + unused_capacity_amount_base_ccy
        + sustaining_amount_base_ccy
        + excluded_amount_base_ccy
        + unallocated_amount_base_ccy
        + quarantined_amount_base_ccy
    ) as untied_pool_count
from finance.rpt_gl_reconciliation_by_cost_pool_month
group by entity_code, fiscal_period
order by entity_code, fiscal_period
