-- Grain: one row per fiscal period.
with

published as (
    select
        fiscal_period,
        count(*) as line_count,
        sum(net_amount_base_ccy) as net_amount,
        sum(cogs_amount_base_ccy) as cogs_amount,
        count(*) filter (where customer_id is null) as customerless_line_count
    from core.fct_order_lines
    group by fiscal_period
),

converted as (
    select
        fiscal_period,
        count(*) as line_count,
        sum(net_amount_base_ccy) as net_amount,
        sum(cogs_amount_base_ccy) as cogs_amount
    from intermediate.int_order_lines_converted
    group by fiscal_period
)

select
    coalesce(published.fiscal_period, converted.fiscal_period) as fiscal_period,
    coalesce(published.line_count, 0) as examined_row_count,
    coalesce(converted.line_count, 0) - coalesce(published.line_count, 0)
        as lost_row_count,
    cast(
        100 * (coalesce(converted.net_amount, 0) - coalesce(published.net_amount, 0))
        as bigint
    ) as net_difference_cents,
    cast(
        100 * (coalesce(converted.cogs_amount, 0) - coalesce(published.cogs_amount, 0))
        as bigint
    ) as cogs_difference_cents,
    coalesce(published.customerless_line_count, 0) as customerless_line_count
from published
full outer join converted using (fiscal_period)
order by fiscal_period
