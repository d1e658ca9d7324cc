-- Grain: one row per product and valid-from date.
-- The first version also serves the days before it. A steward's decision holds for
-- every version; what the master leaves open comes from the source that states it.
with

products as (select * from {{ ref('stg_erp__products') }}),

chosen as (select * from {{ ref('int_product_masters_chosen') }}),

units as (
    select * from {{ in_force(ref('policy_units'), ['unit_spelling']) }}
),

versions as (
    select
        product_id,
        case
            when row_number() over product_versions = 1 then cast('0001-01-01' as date)
            else products.valid_from_date
        end as valid_from_date,
        lead(products.valid_from_date, 1, cast('9999-12-31' as date))
            over product_versions as valid_to_date,
        products.weight_kg,
        products.volume_m3,
        coalesce(
            chosen.decided_units_per_case,
            products.units_per_case,
            chosen.units_per_case
        ) as units_per_case,
        coalesce(chosen.decided_base_uom, products.base_uom, chosen.base_uom)
            as base_uom
    from products
    left join chosen using (product_id)
    window product_versions as (
        partition by product_id
        order by products.valid_from_date
    )
)

select
    versions.product_id,
    versions.valid_from_date,
    versions.valid_to_date,
    versions.weight_kg,
    versions.volume_m3,
    versions.units_per_case,
    versions.base_uom,
    units.dimension as base_dimension,
    units.factor_to_base as base_factor
from versions
left join units on {{ unit_spelling('versions.base_uom') }} = units.unit_spelling
