-- Grain: one row per segment.
-- What a unit of sales costs to serve in each segment over the last year of fiscal
-- periods: the price of having a customer in one segment rather than in another.
with

yearly as (select * from {{ ref('rpt_profitability_by_customer_year') }}),

assignments as (select * from {{ ref('stg_segmentation__assignments') }}),

segments as (
    select
        assignments.segment_code,
        count(distinct assignments.customer_id) as customer_count,
        sum(yearly.net_sales_amount_base_ccy) as net_sales_amount,
        sum(yearly.cost_to_serve_amount_base_ccy) as cost_to_serve_amount
    from yearly
    inner join assignments using (customer_id)
    group by assignments.segment_code
)

select
    segment_code,
    customer_count,
    cast(net_sales_amount as decimal(18, 2)) as net_sales_amount_base_ccy,
    cast(cost_to_serve_amount as decimal(18, 2)) as cost_to_serve_amount_base_ccy,
    case
        when net_sales_amount > 0
            then cast(cost_to_serve_amount / net_sales_amount as decimal(18, 6))
    end as cost_to_serve_ratio
from segments
