-- Grain: one row per product of the master.
-- The last version on the as-of date; where none has begun, the last of all.
with

products as (select * from {{ ref('stg_erp__products') }})

select
    product_id,
    product_code,
    product_name,
    category_1,
    category_2,
    category_3,
    supplier_id,
    lifecycle_stage,
    temperature_class,
    is_hazardous,
    base_uom,
    weight_kg,
    volume_m3,
    units_per_case,
    shelf_life_days,
    lead_time_days
from products
qualify row_number() over (
    partition by product_id
    order by valid_from_date <= {{ as_of_date() }} desc, valid_from_date desc
) = 1
