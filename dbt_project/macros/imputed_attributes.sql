-- The customer attributes whose gaps may be filled.
{% macro imputed_attributes() -%}
{{ return([
    'monthly_sales_variation',
    'gross_margin_ratio',
    'discount_ratio',
    'return_line_ratio',
    'electronic_order_ratio',
    'order_change_count_per_order',
    'on_time_ratio',
    'otif_ratio',
    'perfect_order_ratio',
    'on_time_sensitivity',
    'average_order_weight_kg',
    'shipment_count_per_order',
]) }}
{%- endmacro %}
