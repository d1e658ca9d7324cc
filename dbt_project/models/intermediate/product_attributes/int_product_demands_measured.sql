-- Grain: one row per product of the master or of an order line.
-- Months run from the first demand in the window to its last whole month.
with

products as (
    select distinct product_id from {{ ref('stg_erp__products') }}
    union
    select distinct product_id from {{ ref('int_product_months_aggregated') }}
),

months as (select * from {{ ref('int_product_months_aggregated') }}),

windows as (
    select
        as_of_date,
        window_start_date,
        cast(date_trunc('month', as_of_date + 1) as date) as end_month_date
    from {{ ref('int_feature_windows') }}
    where is_current
),

demands as (
    select
        months.product_id,
        min(months.month_start_date) filter (where months.demand_qty > 0)
            as first_month_date,
        max(months.month_start_date) filter (where months.demand_qty > 0)
            as last_month_date,
        count(*) filter (where months.demand_qty > 0) as demand_month_count,
        sum(months.demand_qty) as demand_qty,
        sum(months.demand_qty * months.demand_qty) as squared_demand_sum,
        sum(months.order_line_count) as order_line_count,
        sum(months.constant_net_sales_amount_base_ccy) as net_sales_amount_base_ccy,
        sum(months.constant_costed_sales_amount_base_ccy)
            as costed_sales_amount_base_ccy,
        sum(months.constant_cogs_amount_base_ccy) as cogs_amount_base_ccy
    from months
    inner join windows
        on
            months.month_start_date >= windows.window_start_date
            and months.month_start_date < windows.end_month_date
    group by all
)

select
    products.product_id,
    windows.as_of_date,
    {{ months_between('demands.first_month_date', 'windows.end_month_date') }}
        as month_count,
    {{ months_between('demands.last_month_date', 'windows.end_month_date') }} - 1
        as months_since_demand,
    coalesce(demands.demand_month_count, 0) as demand_month_count,
    coalesce(demands.demand_qty, 0) as demand_qty,
    coalesce(demands.squared_demand_sum, 0) as squared_demand_sum,
    coalesce(demands.order_line_count, 0) as order_line_count,
    coalesce(demands.net_sales_amount_base_ccy, 0) as net_sales_amount_base_ccy,
    demands.costed_sales_amount_base_ccy,
    demands.cogs_amount_base_ccy
from products
cross join windows
left join demands using (product_id)
