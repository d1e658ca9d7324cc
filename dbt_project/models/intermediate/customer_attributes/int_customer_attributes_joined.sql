-- Grain: one row per customer and as-of date, attributes as measured.
-- Null where a denominator is empty or the source is absent, never zero.
with

customers as (
    select * from {{ ref('int_customer_masters_survived') }}
    where not coalesce(is_rolled_up, false)
),

windows as (select * from {{ ref('int_feature_windows') }}),

orders as (select * from {{ ref('int_orders_measured_by_customer') }}),

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
    orders.recency_days,
    orders.tenure_days,
    coalesce(orders.order_count, 0) as order_count,
    orders.order_frequency_per_year,
    orders.net_sales_amount_base_ccy,
    orders.average_order_value_amount_base_ccy,
    orders.line_count_per_order,
    orders.unit_count_per_line,
    products.product_count,
    orders.decayed_order_count,
    orders.decayed_net_sales_amount_base_ccy,
    orders.effective_order_count,
    monthly_sales.monthly_sales_variation,
    orders.gross_margin_ratio,
    orders.discount_ratio,
    orders.return_line_ratio,
    orders.rush_order_ratio,
    orders.electronic_order_ratio,
    orders.order_change_count_per_order,
    {{ ratio('deliveries.on_time_order_count', 'deliveries.timed_order_count') }}
        as on_time_ratio,
    {{ ratio('deliveries.otif_order_count', 'deliveries.otif_known_order_count') }}
        as otif_ratio,
    {{ ratio(
        'deliveries.perfect_order_count', 'deliveries.perfect_known_order_count'
    ) }} as perfect_order_ratio,
    sensitivities.on_time_sensitivity,
    orders.average_order_weight_kg,
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
left join segments_before using (customer_id)
