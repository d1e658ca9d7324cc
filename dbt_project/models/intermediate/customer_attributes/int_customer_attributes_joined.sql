-- Grain: one row per customer and as-of date, attributes as measured.
-- Null where a denominator is empty or the source is absent, never zero.
with

customers as (
    select * from {{ ref('int_customer_masters_survived') }}
    where not coalesce(is_rolled_up, false)
),

windows as (select * from {{ ref('int_feature_windows') }}),

orders as (select * from {{ ref('int_orders_aggregated_to_customers') }}),

monthly_sales as (select * from {{ ref('int_monthly_sales_varied_by_customer') }}),

products as (select * from {{ ref('int_products_counted_by_customer') }}),

deliveries as (select * from {{ ref('int_deliveries_aggregated_to_customers') }}),

sensitivities as (select * from {{ ref('int_on_time_sensitivity_shrunk') }}),

service_cases as (
    select * from {{ ref('int_service_cases_aggregated_to_customers') }}
),

contracts as (
    select * from {{ ref('int_contract_clauses_aggregated_to_customers') }}
),

returned as (select * from {{ ref('int_return_lines_aggregated_to_customers') }}),

segments_before as (
    select
        customer_id,
        segment_code as previous_segment_code
    from {{ ref('stg_refresh__previous_segment_assignments') }}
    qualify row_number() over (
        partition by customer_id
        order by valid_from_date desc, recorded_at desc
    ) = 1
)

select
    customers.customer_id,
    windows.as_of_date,
    windows.is_current,
    customers.business_unit,
    customers.is_strategic,
    customers.is_intercompany,
    segments_before.previous_segment_code,
    orders.first_order_date,
    windows.as_of_date - orders.last_order_date as recency_days,
    windows.as_of_date - orders.first_order_date as tenure_days,
    coalesce(orders.order_count, 0) as order_count,
    {{ ratio(
        'orders.order_count * ' ~ threshold('days_per_year'),
        'greatest(least(windows.as_of_date - orders.first_order_date,'
        ~ ' windows.as_of_date - windows.window_start_date + 1), '
        ~ threshold('active_days_minimum') ~ ')'
    ) }} as order_frequency_per_year,
    orders.net_sales_amount_base_ccy,
    cast(round(
        {{ ratio('orders.net_sales_amount_base_ccy', 'orders.order_count') }}, 2
    ) as decimal(18, 2)) as average_order_value_amount_base_ccy,
    {{ ratio('orders.line_count', 'orders.order_count') }} as line_count_per_order,
    {{ ratio('orders.ordered_qty', 'orders.line_count') }} as unit_count_per_line,
    products.product_count,
    orders.decayed_order_count,
    orders.decayed_net_sales_amount_base_ccy,
    {{ ratio(
        'orders.decayed_order_count * orders.decayed_order_count',
        'orders.squared_weight_sum'
    ) }} as effective_order_count,
    monthly_sales.monthly_sales_variation,
    {{ ratio(
        'orders.costed_sales_amount_base_ccy - orders.cogs_amount_base_ccy',
        'greatest(orders.costed_sales_amount_base_ccy, 0)'
    ) }} as gross_margin_ratio,
    {{ ratio(
        'orders.discount_amount_base_ccy',
        'orders.net_sales_amount_base_ccy + orders.discount_amount_base_ccy'
    ) }} as discount_ratio,
    {{ ratio(
        'case when ' ~ is_available('wms__return_lines')
        ~ ' then coalesce(returned.returned_line_count, 0)'
        ~ ' else orders.return_line_count end',
        'orders.line_count'
    ) }} as return_line_ratio,
    {{ ratio('orders.rush_order_count', 'orders.order_count') }} as rush_order_ratio,
    {{ ratio('orders.electronic_order_count', 'orders.entered_order_count') }}
        as electronic_order_ratio,
    {{ ratio('orders.change_count', 'orders.order_count') }}
        as order_change_count_per_order,
    {{ ratio('deliveries.on_time_order_count', 'deliveries.timed_order_count') }}
        as on_time_ratio,
    {{ ratio('deliveries.otif_order_count', 'deliveries.otif_known_order_count') }}
        as otif_ratio,
    {{ ratio(
        'deliveries.perfect_order_count', 'deliveries.perfect_known_order_count'
    ) }} as perfect_order_ratio,
    sensitivities.on_time_sensitivity,
    {{ ratio('orders.weight_kg', 'orders.weighed_order_count') }}
        as average_order_weight_kg,
    {{ ratio('deliveries.shipment_count', 'deliveries.shipped_order_count') }}
        as shipment_count_per_order,
    {{ ratio(
        'case when ' ~ is_available('crm__service_cases')
        ~ ' then coalesce(service_cases.service_case_count, 0) end',
        'orders.order_count'
    ) }} as service_case_count_per_order,
    contracts.has_otif_clause,
    contracts.contracted_order_frequency_per_year,
    contracts.contract_penalty_ratio
from customers
cross join windows
left join orders using (customer_id, as_of_date)
left join monthly_sales using (customer_id, as_of_date)
left join products using (customer_id, as_of_date)
left join deliveries using (customer_id, as_of_date)
left join sensitivities using (customer_id, as_of_date)
left join service_cases using (customer_id, as_of_date)
left join contracts using (customer_id, as_of_date)
left join returned using (customer_id, as_of_date)
left join segments_before using (customer_id)
