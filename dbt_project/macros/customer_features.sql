-- The governed attributes of each customer at one date: now, or one window earlier. Both
-- tables are one select, so that the earlier one stays comparable.
{% macro customer_features(is_current) -%}
with

attributes as (
    select *
    from {{ ref('int_customer_attributes_imputed') }}
    where is_current = {{ is_current }}
),

admissions as (
    select
        map(
            list(attribute order by attribute),
            list(is_published order by attribute)
        ) as is_published
    from {{ ref('int_attribute_admissions') }}
)

select
    attributes.customer_id,
    attributes.as_of_date,
    attributes.business_unit,
    attributes.first_order_date,
    {{ admitted('recency_days', 'bigint') }},
    {{ admitted('tenure_days', 'bigint') }},
    {{ admitted('order_count', 'bigint') }},
    {{ admitted('order_frequency_per_year') }},
    {{ admitted('net_sales_amount_base_ccy', 'decimal(18, 2)') }},
    {{ admitted('average_order_value_amount_base_ccy') }},
    {{ admitted('line_count_per_order') }},
    {{ admitted('unit_count_per_line') }},
    {{ admitted('product_count') }},
    {{ admitted('decayed_order_count', 'double') }},
    {{ admitted('decayed_net_sales_amount_base_ccy') }},
    {{ admitted('effective_order_count') }},
    {{ admitted('monthly_sales_variation') }},
    {{ admitted('gross_margin_ratio') }},
    {{ admitted('discount_ratio') }},
    {{ admitted('return_line_ratio') }},
    {{ admitted('rush_order_ratio') }},
    {{ admitted('electronic_order_ratio') }},
    {{ admitted('order_change_count_per_order') }},
    {{ admitted('on_time_ratio') }},
    {{ admitted('otif_ratio') }},
    {{ admitted('perfect_order_ratio') }},
    {{ admitted('on_time_sensitivity') }},
    {{ admitted('average_order_weight_kg') }},
    {{ admitted('shipment_count_per_order') }},
    {{ admitted('service_case_count_per_order') }},
    {{ admitted('has_otif_clause') }},
    {{ admitted('contracted_order_frequency_per_year') }},
    {{ admitted('contract_penalty_ratio') }},
    {{ admitted('recency_score') }},
    {{ admitted('frequency_score') }},
    {{ admitted('monetary_score') }},
    {{ admitted('rfm_score') }},
    {{ admitted('is_strategic') }},
    attributes.is_excluded,
    attributes.exclusion_reason,
    attributes.is_imputed_monthly_sales_variation,
    attributes.is_imputed_gross_margin_ratio,
    attributes.is_imputed_discount_ratio,
    attributes.is_imputed_return_line_ratio,
    attributes.is_imputed_electronic_order_ratio,
    attributes.is_imputed_order_change_count_per_order,
    attributes.is_imputed_on_time_ratio,
    attributes.is_imputed_otif_ratio,
    attributes.is_imputed_perfect_order_ratio,
    attributes.is_imputed_on_time_sensitivity,
    attributes.is_imputed_average_order_weight_kg,
    attributes.is_imputed_shipment_count_per_order
from attributes
cross join admissions
{%- endmacro %}
