-- Grain: one row per stress scenario, segment now, wanted, allowed, and decider.
-- What moving costs is the scenario's sales of a year times the difference in cost to
-- serve between the segment moved to and the one now; what holding costs, between the
-- segment allowed and the one the model wants. Null where costs are unknown.
with

stressed as (select * from {{ ref('stg_segmentation__stress_assignments') }}),

ratios as (select * from {{ ref('rpt_cost_to_serve_ratios_by_segment') }}),

sales_factors as (
    select
        scenario_id,
        max(factor) filter (where attribute = 'net_sales_amount_base_ccy')
            as net_sales_factor
    from {{ ref('int_stress_shocks') }}
    group by scenario_id
),

yearly as (
    select
        stressed.scenario_id,
        customer_id,
        past.net_sales_amount_base_ccy as former_net_sales_amount_base_ccy,
        cast(round(
            past.net_sales_amount_base_ccy
            * coalesce(sales_factors.net_sales_factor, 1), 2
        ) as decimal(18, 2)) as net_sales_amount_base_ccy
    from stressed
    inner join sales_factors using (scenario_id)
    inner join {{ ref('rpt_profitability_by_customer_year') }} as past
        using (customer_id)
)

select
    scenario_id,
    stressed.from_segment_code,
    stressed.wanted_segment_code,
    stressed.to_segment_code,
    coalesce(stressed.decider_id, stressed.held_by, stressed.assigned_by)
        as decider_code,
    count(*) as customer_count,
    count(*) filter (where stressed.is_wanted_elsewhere)
        as wanted_elsewhere_customer_count,
    cast(sum(
        yearly.net_sales_amount_base_ccy - yearly.former_net_sales_amount_base_ccy
    ) as decimal(18, 2)) as net_sales_change_amount_base_ccy,
    cast(sum({{ yearly_cost('reached', 'former') }}) as decimal(18, 2))
        as move_cost_amount_base_ccy,
    cast(
        sum({{ yearly_cost('reached', 'wanted') }})
        filter (where stressed.is_wanted_elsewhere) as decimal(18, 2))
        as holding_cost_amount_base_ccy
from stressed
left join yearly using (scenario_id, customer_id)
left join ratios as former on stressed.from_segment_code = former.segment_code
left join ratios as wanted on stressed.wanted_segment_code = wanted.segment_code
left join ratios as reached on stressed.to_segment_code = reached.segment_code
group by all
