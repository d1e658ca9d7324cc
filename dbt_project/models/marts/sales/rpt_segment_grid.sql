-- Grain: one row per grid, customer class and product class.
-- Three grids: value class against ABC (nine boxes), segment against ABC and against
-- ABC-XYZ. Every pair of classes is a cell, the empty ones too: each costs its rules
-- and reviews. What serving costs beyond the company's rate is the cost of complexity.
with

customer_sales as (select * from {{ ref('rpt_product_class_sales_by_customer') }}),

customers as (select * from {{ ref('rpt_value_class_by_customer') }}),

placed_sales as (
    select
        'value_abc' as grid_code,
        customers.value_class as customer_class,
        customer_sales.*
    from customer_sales
    inner join customers using (customer_id)
    where customer_sales.class_scheme = 'abc'
    union all
    select
        'segment_' || customer_sales.class_scheme as grid_code,
        customers.segment_code as customer_class,
        customer_sales.*
    from customer_sales
    inner join customers using (customer_id)
),

-- A row without a product class is all products of the customer class, one without
-- either the company.
sums as (
    select
        grid_code,
        customer_class,
        product_class,
        count(*) as customer_count,
        sum(order_count) as order_count,
        sum(net_sales_amount_base_ccy) as net_sales,
        case
            when count(*) = count(gross_margin_amount_base_ccy)
                then sum(gross_margin_amount_base_ccy)
        end as gross_margin,
        sum(cost_to_serve_amount_base_ccy) as cost_to_serve,
        {{ ratio('cost_to_serve', 'greatest(net_sales, 0)') }} as cost_to_serve_ratio,
        {{ ratio('gross_margin', 'greatest(net_sales, 0)') }} as gross_margin_ratio
    from placed_sales
    group by grouping sets (
        (grid_code, customer_class, product_class),
        (grid_code, customer_class),
        (grid_code)
    )
),

rows_of_grid as (
    select * exclude (product_class)
    from sums
    where customer_class is not null and product_class is null
),

companies as (
    select
        grid_code,
        cost_to_serve_ratio as company_ratio
    from sums
    where customer_class is null
),

columns_of_grid as (
    select distinct
        grid_code,
        product_class
    from sums
    where product_class is not null
)

select
    grid_code,
    rows_of_grid.customer_class,
    columns_of_grid.product_class,
    coalesce(cells.customer_count, 0) as customer_count,
    cast(coalesce(cells.order_count, 0) as bigint) as order_count,
    cast(coalesce(cells.net_sales, 0) as decimal(18, 2)) as net_sales_amount_base_ccy,
    cast(cells.gross_margin as decimal(18, 2)) as gross_margin_amount_base_ccy,
    cast(coalesce(cells.cost_to_serve, 0) as decimal(18, 2))
        as cost_to_serve_amount_base_ccy,
    cells.cost_to_serve_ratio,
    cells.gross_margin_ratio,
    cast(round(
        cells.cost_to_serve - cells.net_sales * companies.company_ratio, 2
    ) as decimal(18, 2)) as complexity_amount_base_ccy,
    cast({{ threshold('grid_cell_keeping_amount_base_ccy') }} as decimal(18, 2))
        as keeping_amount_base_ccy,
    cells.customer_count is null as is_empty,
    greatest(
        abs(cells.cost_to_serve_ratio - rows_of_grid.cost_to_serve_ratio),
        abs(cells.gross_margin_ratio - rows_of_grid.gross_margin_ratio)
    ) >= {{ threshold('grid_distinct_difference_ratio') }} as is_distinct
from rows_of_grid
inner join columns_of_grid using (grid_code)
inner join companies using (grid_code)
left join sums as cells using (grid_code, customer_class, product_class)
