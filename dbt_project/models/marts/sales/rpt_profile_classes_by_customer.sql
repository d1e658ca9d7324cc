-- Grain: one row per customer and profile.
-- The same customers by three amounts and one rule: volume (net sales), margin (gross
-- margin less cost to serve) and risk (the part of net sales that comes and goes from
-- month to month). Pareto classes as of products; null where the amount is unknown.
with

customer_sales as (
    select
        customer_id,
        sum(net_sales_amount_base_ccy) as net_sales,
        sum(cost_to_serve_amount_base_ccy) as cost_to_serve,
        case
            when count(*) = count(gross_margin_amount_base_ccy)
                then sum(gross_margin_amount_base_ccy)
        end as gross_margin
    from {{ ref('rpt_product_class_sales_by_customer') }}
    where class_scheme = 'abc'
    group by customer_id
),

features as (select * from {{ ref('ftr_customers') }}),

current_segments as (
    select *
    from {{ ref('dim_customer_segments') }}
    where is_current
),

amounts as (
    select
        customer_id,
        'volume' as profile_code,
        cast(net_sales as decimal(18, 2)) as basis_amount
    from customer_sales
    union all
    select
        customer_id,
        'margin' as profile_code,
        cast(gross_margin - cost_to_serve as decimal(18, 2)) as basis_amount
    from customer_sales
    union all
    select
        customer_id,
        'risk' as profile_code,
        cast(round(
            customer_sales.net_sales * features.monthly_sales_variation, 2
        ) as decimal(18, 2)) as basis_amount
    from customer_sales
    left join features using (customer_id)
),

cumulations as (
    select
        *,
        coalesce(sum(greatest(basis_amount, 0)) over (
            partition by profile_code
            order by basis_amount desc nulls last, customer_id
            rows between unbounded preceding and 1 preceding
        ), 0) as preceding_amount,
        sum(greatest(basis_amount, 0)) over (partition by profile_code) as total_amount
    from amounts
),

classes as (
    select
        *,
        case
            when basis_amount <= 0 then 'C'
            when preceding_amount < {{ threshold('abc_a_cut_ratio') }} * total_amount
                then 'A'
            when preceding_amount < {{ threshold('abc_b_cut_ratio') }} * total_amount
                then 'B'
            when basis_amount > 0 then 'C'
        end as profile_class
    from cumulations
)

select
    customer_id,
    classes.profile_code,
    coalesce(current_segments.segment_code, 'unassigned') as segment_code,
    classes.basis_amount as basis_amount_base_ccy,
    classes.profile_class,
    volumes.profile_class as volume_class,
    cast(customer_sales.net_sales as decimal(18, 2)) as net_sales_amount_base_ccy,
    cast(
        customer_sales.gross_margin - customer_sales.cost_to_serve as decimal(18, 2)
    ) as contribution_amount_base_ccy
from classes
inner join customer_sales using (customer_id)
inner join classes as volumes using (customer_id)
left join current_segments using (customer_id)
where volumes.profile_code = 'volume'
