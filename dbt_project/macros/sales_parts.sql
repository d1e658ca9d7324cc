-- Sales as parts of a profit and loss, one row per line; unknown cost stays unknown.
-- Reads `months`, one row per holder and month.
{% macro sales_parts(holder) -%}
select
    {{ holder }},
    fiscal_period,
    unnest([
        'list_sales', 'discounts', 'returns', 'corrections', 'cogs', 'order_costs'
    ]) as line_code,
    cast(null as varchar) as cost_pool_code,
    cast(null as varchar) as activity_code,
    unnest([
        list_sales_amount_base_ccy,
        net_sales_amount_base_ccy - list_sales_amount_base_ccy
        - returns_amount_base_ccy - corrections_amount_base_ccy,
        returns_amount_base_ccy,
        corrections_amount_base_ccy,
        case company.contribution_basis
            when 'after_cogs' then -cogs_amount_base_ccy
            else 0
        end,
        case when company.is_cost_known then 0 end
    ]) as amount
from months
cross join company
{%- endmacro %}
