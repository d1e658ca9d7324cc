-- Grain: one row per product.
-- ABC by the share of net sales before the product: the one that crosses a cut is still
-- in the higher class. A product without net sales is C and outside the cumulation.
with

demands as (select * from {{ ref('int_product_demands_measured') }}),

cumulations as (
    select
        product_id,
        coalesce(sum(net_sales_amount_base_ccy) over (
            order by net_sales_amount_base_ccy desc, product_id
            rows between unbounded preceding and 1 preceding
        ), 0) as preceding_sales,
        sum(net_sales_amount_base_ccy) over () as total_sales
    from demands
    where net_sales_amount_base_ccy > 0
)

select
    product_id,
    demands.as_of_date,
    demands.net_sales_amount_base_ccy,
    case
        when
            cumulations.preceding_sales
            < {{ threshold('abc_a_cut_ratio') }} * cumulations.total_sales
            then 'A'
        when
            cumulations.preceding_sales
            < {{ threshold('abc_b_cut_ratio') }} * cumulations.total_sales
            then 'B'
        else 'C'
    end as abc_class
from demands
left join cumulations using (product_id)
