-- Grain: one row per product of the master or of an order line.
-- Where the master does not say in which stage of its life a product is, its demand
-- does. How it must be handled: the most demanding of what its master says.
with

demands as (select * from {{ ref('int_product_demands_measured') }}),

products as (select * from {{ ref('int_products_in_force') }})

select
    product_id,
    case
        when products.lifecycle_stage is not null then products.lifecycle_stage
        when demands.demand_month_count = 0 then 'dormant'
        when
            demands.months_since_demand >= {{ threshold('product_dormant_months') }}
            then 'decline'
        when
            demands.month_count <= {{ threshold('product_introduction_months') }}
            then 'introduction'
        else 'mature'
    end as lifecycle_stage,
    case
        when products.product_id is null then null
        when products.is_hazardous then 'hazardous'
        when products.temperature_class != 'ambient' then products.temperature_class
        when
            products.weight_kg >= {{ threshold('product_heavy_weight_kg') }}
            then 'heavy'
        else 'standard'
    end as handling_class
from demands
left join products using (product_id)
