-- Cost to serve as parts of a profit and loss: on the line that names the carrying pool,
-- else on that of its treatment. Reads `costs`, `carried_costs` and `profit_lines`.
{% macro cost_parts(holder) -%}
select
    costs.{{ holder }},
    costs.fiscal_period,
    coalesce(own_lines.line_code, profit_lines.line_code) as line_code,
    costs.carried_by_pool_code as cost_pool_code,
    costs.activity_code,
    -sum(costs.allocated_amount_base_ccy) as amount
from costs
inner join carried_costs
    using (entity_code, fiscal_period, cost_pool_code, carried_by_pool_code)
left join profit_lines as own_lines
    on costs.carried_by_pool_code = own_lines.cost_pool_code
left join profit_lines
    on carried_costs.carrying_treatment = profit_lines.carrying_treatment
group by all
{%- endmacro %}
