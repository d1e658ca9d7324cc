-- Direct costs added up by whom they are asked for: an activity of their own pool's,
-- which no driver spread. What names nobody known has cost object 0 and is left out.
{% macro direct_activity_costs(direct_costs, cost_objects, holders) -%}
select
    {%- for holder in holders %}
    cost_objects.{{ holder }},
    {%- endfor %}
    direct_costs.entity_code,
    direct_costs.fiscal_period,
    direct_costs.cost_pool_code,
    direct_costs.cost_pool_code as carried_by_pool_code,
    'direct' as activity_code,
    direct_costs.behaviour,
    cast(null as bigint) as driver_qty,
    count(*) as cost_object_count,
    cast(sum(direct_costs.allocated_amount_base_ccy) as decimal(18, 2))
        as allocated_amount_base_ccy
from {{ direct_costs }} as direct_costs
inner join {{ cost_objects }} as cost_objects using (cost_object_key)
where cost_object_key != 0
group by all
{%- endmacro %}
