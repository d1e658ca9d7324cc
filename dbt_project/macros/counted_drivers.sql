-- The drivers that are counted from landed tables, and the unit each is counted in.
{% macro counted_drivers() -%}
(
    select
        driver_code,
        driver_unit
    from (
        values
        ('pick_minutes', 'minutes'),
        ('pack_minutes', 'minutes'),
        ('order_handling_minutes', 'minutes'),
        ('service_minutes', 'minutes'),
        ('service_case_count', 'cases handled'),
        ('visit_minutes', 'minutes'),
        ('visit_count', 'visits'),
        ('case_qty', 'cases'),
        ('weight_kg', 'kilograms'),
        ('volume_m3', 'm3'),
        ('stored_m3', 'm3 stored'),
        ('stops', 'stops'),
        ('drop_count', 'drops'),
        ('drop_minutes', 'minutes'),
        ('drop_km', 'kilometres'),
        ('chargeable_kg', 'kilograms'),
        ('shipment_count', 'shipments'),
        ('expedited_shipment_count', 'shipments'),
        ('delivery_km', 'kilometres'),
        ('order_line_count', 'order lines'),
        ('order_count', 'orders'),
        ('rush_order_count', 'orders'),
        ('return_lines', 'return lines'),
        ('net_revenue', 'base currency'),
        ('freight_charges', 'base currency'),
        ('insurance_charges', 'base currency'),
        ('handling_charges', 'base currency'),
        ('fee_charges', 'base currency'),
        ('rebate_charges', 'base currency'),
        ('bad_debt_charges', 'base currency')
    ) as counted (driver_code, driver_unit)
)
{%- endmacro %}
