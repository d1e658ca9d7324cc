-- Profit and loss by what order lines have: a product, a lane. What no order line caused
-- is of the member `none`, so that the members add up to the customers.
{% macro profit_and_loss_by_member(member, members) -%}
with

members as (select * from {{ members }}),

order_lines as (
    select * from {{ ref('int_order_lines_converted') }}
    where is_net_sales
),

allocated_costs as (select * from {{ ref('fct_cost_to_serve') }}),

carried_costs as (select * from {{ ref('fct_carried_costs') }}),

profit_lines as {{ profit_lines(['order_line']) }},

company as {{ profit_company() }},

months as (
    select
        coalesce(members.{{ member }}, 'none') as {{ member }},
        order_lines.fiscal_period,
        {{ sales_sums() }}
    from order_lines
    left join members using (order_id, line_no)
    group by coalesce(members.{{ member }}, 'none'), order_lines.fiscal_period
),

sales as (
    {{ sales_parts(member) }}
),

costs as (
    select
        coalesce(members.{{ member }}, 'none') as {{ member }},
        allocated_costs.entity_code,
        allocated_costs.fiscal_period,
        allocated_costs.cost_pool_code,
        allocated_costs.carried_by_pool_code,
        allocated_costs.activity_code,
        sum(allocated_costs.allocated_amount_base_ccy) as allocated_amount_base_ccy
    from allocated_costs
    left join members using (cost_object_key)
    group by all
),

parts as (
    select * from sales
    where amount is distinct from 0 or line_code = 'list_sales'
    union all by name
    {{ cost_parts(member) }}
),

{{ profit_results([member, 'fiscal_period']) }}
{%- endmacro %}
