-- Grain: one row per master, attribute, source system and record that states a value
-- of what policy compares.
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

policies as (
    select * from {{ in_force(
        ref('policy_conformed_attributes'), ['entity_type', 'attribute']
    ) }}
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

statements as (
    select
        'product' as entity_type,
        entity_key,
        source_system,
        entity_key as source_key,
        attribute,
        stated_value
    from product_statements
    union all
    select
        'customer' as entity_type,
        parties.customer_id as entity_key,
        source_system,
        source_customer_id as source_key,
        account_values.attribute,
        account_values.attribute_value as stated_value
    from {{ ref('int_account_values_unpivoted') }} as account_values
    inner join {{ ref('int_parties_resolved') }} as parties
        using (source_system, source_customer_id)
)

select
    entity_type,
    statements.entity_key,
    attribute,
    statements.source_system,
    statements.source_key,
    trim(statements.stated_value) as stated_value,
    coalesce(units.unit_code, {{ normalised_key('statements.stated_value') }})
        as compared_value
from statements
inner join policies using (entity_type, attribute)
left join units
    on
        attribute = 'base_uom'
        and {{ unit_spelling('statements.stated_value') }} = units.unit_spelling
where trim(statements.stated_value) != ''
