-- Grain: one row per as-of date: the value that fills each missing attribute.
-- Null where nobody has the attribute or too many lack it: then nothing is filled.
with

customers as (
    select *
    from {{ ref('int_customer_attributes_joined') }}
    where order_count > 0 and not is_intercompany
)

select
    as_of_date,
    {{ filling_median('monthly_sales_variation') }},
    {{ filling_median('gross_margin_ratio') }},
    {{ filling_median('discount_ratio') }},
    {{ filling_median('return_line_ratio') }},
    {{ filling_median('electronic_order_ratio') }},
    {{ filling_median('order_change_count_per_order') }},
    {{ filling_median('on_time_ratio') }},
    {{ filling_median('otif_ratio') }},
    {{ filling_median('perfect_order_ratio') }},
    {{ filling_median('on_time_sensitivity') }},
    {{ filling_median('average_order_weight_kg') }},
    {{ filling_median('shipment_count_per_order') }}
from customers
group by as_of_date
