-- Grain: one row per account and attribute it states a value of.
-- Places as policy spells them. An empty text is no value; of a flag only `true` is
-- one, so that any account that has it gives it to the customer.
with

accounts as (select * from {{ ref('int_customer_accounts_unioned') }}),

places as (select * from {{ ref('int_places_conformed') }}),

placed_accounts as (
    select
        accounts.*
        replace (
            places.country_code as country_code, places.region_name as region_name
        ),
        places.zone_code
    from accounts
    inner join places using (source_system, source_customer_id)
),

unpivoted as (
    unpivot placed_accounts
    on cast(columns(* exclude (
        source_system, source_customer_id, record_role,
        parent_source_customer_id, bill_to_source_customer_id,
        opened_date, updated_date
    )) as varchar)
    into name attribute value attribute_value
)

select
    source_system,
    source_customer_id,
    attribute,
    trim(attribute_value) as attribute_value,
    opened_date,
    updated_date
from unpivoted
where trim(attribute_value) not in ('', 'false')
