-- Grain: one row per product.
-- The master in force on the as-of date; a product met only on order lines
-- has its classes and no name. Category and units are those that survived.
with

attributes as (select * from {{ ref('ftr_products') }}),

chosen as (select * from {{ ref('int_product_masters_chosen') }}),

masters as (select * from {{ ref('int_products_in_force') }})

select
    product_id,
    masters.product_code,
    masters.product_name,
    masters.category_1,
    masters.category_2,
    coalesce(chosen.category_3, masters.category_3) as category_3,
    masters.supplier_id,
    attributes.abc_class,
    attributes.xyz_class,
    attributes.demand_class,
    attributes.velocity_class,
    attributes.lifecycle_stage,
    attributes.handling_class,
    attributes.gross_margin_ratio,
    masters.temperature_class,
    masters.is_hazardous,
    coalesce(chosen.base_uom, masters.base_uom) as base_uom,
    masters.weight_kg as unit_weight_kg,
    masters.volume_m3 as unit_volume_m3,
    coalesce(chosen.units_per_case, masters.units_per_case)
        as units_per_case,
    masters.shelf_life_days,
    masters.lead_time_days
from attributes
left join masters using (product_id)
left join chosen using (product_id)
