-- Grain: one row per product.
-- The last version of the master on the as-of date; a product met only on order lines
-- has its classes and no name. Category and units are those that survived.
with

products as (select * from {{ ref('stg_erp__products') }}),

attributes as (select * from {{ ref('ftr_products') }}),

chosen as (select * from {{ ref('int_product_masters_chosen') }}),

masters_in_force as (
    select *
    from products
    qualify row_number() over (
        partition by product_id
        order by valid_from_date <= {{ as_of_date() }} desc, valid_from_date desc
    ) = 1
)

select
    product_id,
    masters_in_force.product_code,
    masters_in_force.product_name,
    masters_in_force.category_1,
    masters_in_force.category_2,
    coalesce(chosen.category_3, masters_in_force.category_3) as category_3,
    masters_in_force.supplier_id,
    attributes.abc_class,
    attributes.xyz_class,
    attributes.demand_class,
    masters_in_force.lifecycle_stage,
    masters_in_force.temperature_class,
    masters_in_force.is_hazardous,
    coalesce(chosen.base_uom, masters_in_force.base_uom) as base_uom,
    masters_in_force.weight_kg as unit_weight_kg,
    masters_in_force.volume_m3 as unit_volume_m3,
    coalesce(chosen.units_per_case, masters_in_force.units_per_case)
        as units_per_case,
    masters_in_force.shelf_life_days,
    masters_in_force.lead_time_days
from attributes
left join masters_in_force using (product_id)
left join chosen using (product_id)
