-- Grain: one row per product and valid-from date.
-- The first version also serves the days before it.
with

products as (select * from {{ ref('stg_erp__products') }})

select
    product_id,
    case
        when row_number() over versions = 1 then cast('0001-01-01' as date)
        else valid_from_date
    end as valid_from_date,
    lead(valid_from_date, 1, cast('9999-12-31' as date)) over versions
        as valid_to_date,
    weight_kg,
    volume_m3,
    units_per_case
from products
window versions as (partition by product_id order by valid_from_date)
