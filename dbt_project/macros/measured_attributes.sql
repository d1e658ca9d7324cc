-- The customer attributes measured from deliveries, as int_customer_attributes_joined
-- holds them.
{% macro measured_attributes() -%}
{{ return([
    'recency_days',
    'tenure_days',
    'order_count',
    'order_frequency_per_year',
    'net_sales_amount_base_ccy',
    'average_order_value_amount_base_ccy',
    'line_count_per_order',
    'unit_count_per_line',
    'product_count',
    'decayed_order_count',
    'decayed_net_sales_amount_base_ccy',
    'effective_order_count',
    'monthly_sales_variation',
    'gross_margin_ratio',
    'discount_ratio',
    'return_line_ratio',
    'rush_order_ratio',
    'electronic_order_ratio',
    'order_change_count_per_order',
    'on_time_ratio',
    'otif_ratio',
    'perfect_order_ratio',
    'on_time_sensitivity',
    'average_order_weight_kg',
    'shipment_count_per_order',
    'service_case_count_per_order',
]) }}
{%- endmacro %}
