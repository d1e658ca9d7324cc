-- Grain: one row per cost level and fiscal period of the order date.
with

order_lines as (
    select *
    from {{ ref('int_order_lines_converted') }}
    where is_net_sales
)

select
    cost_level_id,
    fiscal_period,
    {{ sales_sums() }},
    sum(count(cogs_amount_base_ccy)) over () > 0 as is_cogs_known_to_company
from order_lines
group by cost_level_id, fiscal_period
