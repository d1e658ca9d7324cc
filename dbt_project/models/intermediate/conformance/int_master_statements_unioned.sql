-- Grain: one row per master, attribute, source system and record that states a value.
-- Two values that differ only in capitals, blanks or punctuation are one.
with

products as (
    select *
    from {{ ref('stg_erp__products') }}
    where valid_from_date <= {{ as_of_date() }}
    qualify row_number() over (
        partition by product_id
        order by valid_from_date desc
    ) = 1
),

balances as (
    select *
    from {{ ref('stg_wms__inventory_balances') }}
    where coalesce(category_3, base_uom, cast(units_per_case as varchar)) is not null
    qualify row_number() over (
        partition by product_id
        order by balance_date desc, warehouse_id
    ) = 1
),

units as (
    select * from {{ in_force(ref('policy_units'), ['unit_spelling']) }}
),

product_values as (
    select
        product_id as entity_key,
        'erp' as source_system,
        category_3,
        base_uom,
        cast(units_per_case as varchar) as units_per_case
    from products
    union all
    select
        product_id as entity_key,
        'wms' as source_system,
        category_3,
        base_uom,
        cast(units_per_case as varchar) as units_per_case
    from balances
),

product_statements as (
    unpivot product_values
    on category_3, base_uom, units_per_case
    into name attribute value stated_value
),

customer_values as (
    select
        resolved.customer_id as entity_key,
        places.source_system,
        places.source_customer_id as source_key,
        places.country_code,
        places.region_name,
        places.zone_code
    from {{ ref('int_places_conformed') }} as places
    inner join {{ ref('int_customers_resolved') }} as resolved
        using (source_system, source_customer_id)
),

customer_statements as (
    unpivot customer_values
    on country_code, region_name, zone_code
    into name attribute value stated_value
),

statements as (
    select
        'product' as entity_type,
        *,
        entity_key as source_key
    from product_statements
    union all by name
    select
        'customer' as entity_type,
        *
    from customer_statements
)

select
    statements.entity_type,
    statements.entity_key,
    statements.attribute,
    statements.source_system,
    statements.source_key,
    trim(statements.stated_value) as stated_value,
    coalesce(units.unit_code, {{ normalised_key('statements.stated_value') }})
        as compared_value
from statements
left join units
    on
        statements.attribute = 'base_uom'
        and {{ unit_spelling('statements.stated_value') }} = units.unit_spelling
where trim(statements.stated_value) != ''
