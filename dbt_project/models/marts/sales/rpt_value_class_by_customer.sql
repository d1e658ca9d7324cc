-- Grain: one row per customer.
-- Pareto class by net sales of all of history, by the rule of products: the customer
-- that crosses a cut is still in the higher class; one without net sales is C.
with

customer_sales as (
    select
        customer_id,
        sum(net_sales_amount_base_ccy) as net_sales_amount
    from {{ ref('rpt_product_class_sales_by_customer') }}
    where class_scheme = 'abc'
    group by customer_id
),

current_segments as (
    select *
    from {{ ref('dim_customer_segments') }}
    where is_current
),

cumulations as (
    select
        customer_id,
        net_sales_amount,
        coalesce(sum(greatest(net_sales_amount, 0)) over (
            order by net_sales_amount desc, customer_id
            rows between unbounded preceding and 1 preceding
        ), 0) as preceding_sales,
        sum(greatest(net_sales_amount, 0)) over () as total_sales
    from customer_sales
)

select
    customer_id,
    coalesce(current_segments.segment_code, 'unassigned') as segment_code,
    cast(cumulations.net_sales_amount as decimal(18, 2)) as net_sales_amount_base_ccy,
    case
        when cumulations.net_sales_amount <= 0 then 'C'
        when
            cumulations.preceding_sales
            < {{ threshold('abc_a_cut_ratio') }} * cumulations.total_sales then 'A'
        when
            cumulations.preceding_sales
            < {{ threshold('abc_b_cut_ratio') }} * cumulations.total_sales then 'B'
        else 'C'
    end as value_class
from cumulations
left join current_segments using (customer_id)
