-- Grain: one row per customer and as-of date, one window earlier than the refresh.
with

attributes as (
    select *
    from {{ ref('int_customer_attributes_imputed') }}
    where not is_current
)

select
    customer_id,
    as_of_date,
    business_unit,
    first_order_date,
    cast(recency_days as bigint) as recency_days,
    cast(tenure_days as bigint) as tenure_days,
    cast(order_count as bigint) as order_count,
    order_frequency_per_year,
    cast(net_sales_amount_base_ccy as decimal(18, 2)) as net_sales_amount_base_ccy,
    average_order_value_amount_base_ccy,
    line_count_per_order,
    unit_count_per_line,
    product_count,
    cast(decayed_order_count as double) as decayed_order_count,
    decayed_net_sales_amount_base_ccy,
    effective_order_count,
    monthly_sales_variation,
    gross_margin_ratio,
    discount_ratio,
    return_line_ratio,
    rush_order_ratio,
    electronic_order_ratio,
    order_change_count_per_order,
    on_time_ratio,
    otif_ratio,
    perfect_order_ratio,
    on_time_sensitivity,
    average_order_weight_kg,
    shipment_count_per_order,
    service_case_count_per_order,
    recency_score,
    frequency_score,
    monetary_score,
    rfm_score,
    is_strategic,
    is_excluded,
    exclusion_reason,
    is_imputed_monthly_sales_variation,
    is_imputed_gross_margin_ratio,
    is_imputed_discount_ratio,
    is_imputed_return_line_ratio,
    is_imputed_electronic_order_ratio,
    is_imputed_order_change_count_per_order,
    is_imputed_on_time_ratio,
    is_imputed_otif_ratio,
    is_imputed_perfect_order_ratio,
    is_imputed_on_time_sensitivity,
    is_imputed_average_order_weight_kg,
    is_imputed_shipment_count_per_order
from attributes
