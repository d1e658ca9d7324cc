-- Grain: one row per product.
-- ABC by the share of net sales before the product, velocity by that of order lines:
-- the one that crosses a cut is still in the higher class. A product without net sales
-- is C, one without order lines does not move; both are outside their cumulation. A cut
-- holds until a product is clearly beyond it.
with

demands as (select * from {{ ref('int_product_demands_measured') }}),

classes_before as (select * from {{ ref('int_product_classes_before') }}),

cumulations as (
    select
        product_id,
        sum(greatest(net_sales_amount_base_ccy, 0)) over sales_before
            as preceding_sales,
        sum(greatest(net_sales_amount_base_ccy, 0)) over () as total_sales,
        sum(order_line_count) over lines_before as preceding_lines,
        sum(order_line_count) over () as total_lines
    from demands
    window
        sales_before as (
            order by net_sales_amount_base_ccy desc, product_id
            rows between unbounded preceding and 1 preceding
        ),
        lines_before as (
            order by order_line_count desc, product_id
            rows between unbounded preceding and 1 preceding
        )
),

products as (
    select
        product_id,
        demands.as_of_date,
        demands.net_sales_amount_base_ccy,
        demands.order_line_count,
        coalesce(cumulations.preceding_sales, 0) as preceding_sales,
        cumulations.total_sales,
        coalesce(cumulations.preceding_lines, 0) as preceding_lines,
        cumulations.total_lines,
        classes_before.abc_class as former_abc_class,
        nullif(classes_before.velocity_class, 'none') as former_velocity_class
    from demands
    inner join cumulations using (product_id)
    left join classes_before using (product_id)
)

select
    product_id,
    as_of_date,
    net_sales_amount_base_ccy,
    {{ ratio('greatest(net_sales_amount_base_ccy, 0)', 'total_sales') }}
        as net_sales_ratio,
    case
        when net_sales_amount_base_ccy > 0
            then {{ ratio('preceding_sales', 'total_sales') }}
    end as preceding_net_sales_ratio,
    case
        when order_line_count > 0
            then {{ ratio('preceding_lines', 'total_lines') }}
    end as preceding_order_line_ratio,
    case
        when net_sales_amount_base_ccy <= 0 then 'C'
        when
            preceding_sales < total_sales * {{ held_cut(
                'abc_a_cut_ratio', 'pareto_change_margin_ratio', "former_abc_class != 'A'"
            ) }} then 'A'
        when
            preceding_sales < total_sales * {{ held_cut(
                'abc_b_cut_ratio', 'pareto_change_margin_ratio', "former_abc_class = 'C'"
            ) }} then 'B'
        else 'C'
    end as abc_class,
    case
        when order_line_count = 0 then 'none'
        when
            preceding_lines < total_lines * {{ held_cut(
                'velocity_fast_cut_ratio', 'pareto_change_margin_ratio', "former_velocity_class != 'fast'"
            ) }} then 'fast'
        when
            preceding_lines < total_lines * {{ held_cut(
                'velocity_medium_cut_ratio', 'pareto_change_margin_ratio', "former_velocity_class = 'slow'"
            ) }} then 'medium'
        else 'slow'
    end as velocity_class
from products
