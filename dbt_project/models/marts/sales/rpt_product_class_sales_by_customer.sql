-- Grain: one row per customer, class scheme and product class.
-- Classes of today over all of history, so that the rows add up to the profit and loss
-- of the customer. Cost no product caused is in the class `none`.
with

order_lines as (select * from {{ ref('int_order_lines_converted') }}),

allocated_costs as (select * from {{ ref('fct_cost_to_serve') }}),

products as (
    select
        product_id,
        abc_class,
        abc_class || coalesce(xyz_class, '-') as abc_xyz_class
    from {{ ref('dim_products') }}
),

order_classes as (
    select
        order_lines.customer_id,
        order_lines.order_id,
        products.abc_class,
        products.abc_xyz_class,
        grouping(products.abc_xyz_class) as is_coarse,
        bool_or(order_lines.is_demand) as is_order,
        sum(order_lines.net_amount_base_ccy) filter (where order_lines.is_net_sales)
            as net_sales_amount,
        sum(order_lines.cogs_amount_base_ccy) filter (where order_lines.is_net_sales)
            as cogs_amount,
        count(*) filter (where order_lines.is_net_sales) as line_count,
        count(order_lines.cogs_amount_base_ccy)
        filter (where order_lines.is_net_sales) as costed_line_count
    from order_lines
    left join products using (product_id)
    where order_lines.customer_id is not null
    group by grouping sets (
        (
            order_lines.customer_id, order_lines.order_id,
            products.abc_class, products.abc_xyz_class
        ),
        (order_lines.customer_id, order_lines.order_id, products.abc_class)
    )
),

sales as (
    select
        customer_id,
        case is_coarse when 1 then 'abc' else 'abc_xyz' end as class_scheme,
        coalesce(case is_coarse when 1 then abc_class else abc_xyz_class end, 'none')
            as product_class,
        count(*) filter (where is_order) as order_count,
        coalesce(sum(net_sales_amount), 0) as net_sales_amount,
        case
            when sum(line_count) = sum(costed_line_count)
                then coalesce(sum(net_sales_amount - cogs_amount), 0)
        end as gross_margin_amount
    from order_classes
    group by all
),

costs as (
    select
        allocated_costs.customer_id,
        case grouping(products.abc_xyz_class) when 1 then 'abc' else 'abc_xyz' end
            as class_scheme,
        coalesce(
            case grouping(products.abc_xyz_class)
                when 1 then products.abc_class
                else products.abc_xyz_class
            end,
            'none'
        ) as product_class,
        sum(allocated_costs.allocated_amount_base_ccy) as cost_to_serve_amount
    from allocated_costs
    left join products using (product_id)
    group by grouping sets (
        (allocated_costs.customer_id, products.abc_class, products.abc_xyz_class),
        (allocated_costs.customer_id, products.abc_class)
    )
)

select
    customer_id,
    class_scheme,
    product_class,
    coalesce(sales.order_count, 0) as order_count,
    cast(coalesce(sales.net_sales_amount, 0) as decimal(18, 2))
        as net_sales_amount_base_ccy,
    cast(
        case
            when sales.customer_id is null then 0
            else sales.gross_margin_amount
        end as decimal(18, 2)
    ) as gross_margin_amount_base_ccy,
    cast(coalesce(costs.cost_to_serve_amount, 0) as decimal(18, 2))
        as cost_to_serve_amount_base_ccy
from sales
full outer join costs using (customer_id, class_scheme, product_class)
