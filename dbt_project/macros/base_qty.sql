-- A quantity in the product's base unit. Where no unit is stated, or both are spelled
-- alike, it is that already; null where the two cannot be converted, never zero.
{% macro base_qty(qty, uom) -%}
case
    when
        {{ uom }} is null
        or product_versions.base_uom is null
        or {{ uom }} = product_versions.base_uom
        then {{ qty }}
    when
        units.dimension = product_versions.base_dimension
        and units.factor_to_base = product_versions.base_factor
        then {{ qty }}
    else cast(round({{ qty }} * case
        when units.dimension = product_versions.base_dimension
            then units.factor_to_base / product_versions.base_factor
        when units.dimension = 'case' and product_versions.base_dimension = 'piece'
            then
                product_versions.units_per_case * units.factor_to_base
                / product_versions.base_factor
        when units.dimension = 'piece' and product_versions.base_dimension = 'case'
            then
                units.factor_to_base
                / nullif(product_versions.units_per_case, 0)
                / product_versions.base_factor
        when units.dimension = 'mass'
            then units.factor_to_base / nullif(product_versions.weight_kg, 0)
        when units.dimension = 'volume'
            then units.factor_to_base / nullif(product_versions.volume_m3, 0)
    end, 4) as decimal(18, 4))
end
{%- endmacro %}
