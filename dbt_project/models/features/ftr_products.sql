-- Grain: one row per product and as-of date.
with

demands as (select * from {{ ref('int_product_demands_measured') }}),

classes as (select * from {{ ref('int_product_demands_classified') }}),

product_values as (select * from {{ ref('int_product_values_ranked') }}),

stages as (select * from {{ ref('int_product_stages_derived') }})

select
    product_id,
    demands.as_of_date,
    cast(demands.month_count as bigint) as month_count,
    demands.demand_month_count,
    cast(demands.demand_qty as decimal(18, 4)) as demand_qty,
    cast(demands.order_line_count as bigint) as order_line_count,
    {{ ratio('demands.order_line_count', 'demands.month_count') }}
        as order_line_count_per_month,
    cast(demands.net_sales_amount_base_ccy as decimal(18, 2))
        as net_sales_amount_base_ccy,
    product_values.net_sales_ratio,
    product_values.preceding_net_sales_ratio,
    product_values.preceding_order_line_ratio,
    {{ ratio(
        'demands.costed_sales_amount_base_ccy - demands.cogs_amount_base_ccy',
        'greatest(demands.costed_sales_amount_base_ccy, 0)'
    ) }} as gross_margin_ratio,
    classes.average_demand_interval_months,
    classes.squared_demand_variation,
    classes.demand_variation,
    product_values.abc_class,
    classes.xyz_class,
    classes.demand_class,
    product_values.velocity_class,
    stages.lifecycle_stage,
    stages.handling_class
from demands
inner join classes using (product_id)
inner join product_values using (product_id)
inner join stages using (product_id)
