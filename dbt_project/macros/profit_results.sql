-- The parts of a profit and loss with their results: a result is the sum of the parts
-- above it, unknown where one of them is. Reads `parts`, `profit_lines` and `company`.
{% macro profit_results(holder) -%}
placed_parts as (
    select
        parts.*,
        profit_lines.waterfall_order
    from parts
    inner join profit_lines using (line_code)
),

results as (
    select
        {% for column in holder %}placed_parts.{{ column }},
        {% endfor %}profit_lines.line_code,
        cast(null as varchar) as cost_pool_code,
        cast(null as varchar) as activity_code,
        case
            when count(*) = count(placed_parts.amount) then sum(placed_parts.amount)
        end as amount,
        profit_lines.waterfall_order
    from placed_parts
    inner join profit_lines
        on
            profit_lines.line_type = 'result'
            and placed_parts.waterfall_order < profit_lines.waterfall_order
    group by all
),

lines as (
    select * from placed_parts
    union all by name
    select * from results
)

select
    {% for column in holder %}lines.{{ column }},
    {% endfor %}line_code,
    profit_lines.line_name,
    profit_lines.line_type,
    cast(lines.waterfall_order as bigint) as waterfall_order,
    lines.cost_pool_code,
    lines.activity_code,
    cast(lines.amount as decimal(18, 2)) as amount_base_ccy,
    company.contribution_basis
from lines
inner join profit_lines using (line_code)
cross join company
-- Without cost of goods there is no gross margin; contribution is before them. Without
-- receivables and stock there is nothing after capital.
where
    (line_code != 'gross_margin' or company.contribution_basis = 'after_cogs')
    and (line_code != 'contribution_all_in' or company.is_capital_known)
{%- endmacro %}
