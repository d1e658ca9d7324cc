-- Grain: one row per source system and identifier a customer is known by.
-- Ids met only on order lines or in references count too: nothing disappears.
with

accounts as (select * from {{ ref('int_customer_accounts_unioned') }}),

id_references as (select * from {{ ref('stg_mdm__id_references') }}),

order_lines as (select * from {{ ref('stg_erp__order_lines') }}),

met_ids as (
    select
        'erp' as source_system,
        sold_to_id as source_customer_id
    from order_lines
    union
    select
        from_system as source_system,
        from_id as source_customer_id
    from id_references
    union
    select
        to_system as source_system,
        to_id as source_customer_id
    from id_references
),

identifiers as (
    select
        source_system,
        source_customer_id
    from accounts
    union
    select
        source_system,
        source_customer_id
    from met_ids
)

select
    source_system || ':' || source_customer_id as identifier_key,
    source_system,
    source_customer_id,
    coalesce(accounts.record_role, 'reference') as record_role,
    accounts.party_type,
    accounts.customer_name as name,  -- noqa: RF04
    accounts.tax_id,
    accounts.duns,
    accounts.street_address as address_line,
    accounts.city_name as city,
    accounts.region_name as region,
    accounts.postal_code,
    accounts.country_code,
    accounts.phone_number as phone,
    accounts.email_address as email,
    accounts.opened_date
from identifiers
left join accounts using (source_system, source_customer_id)
where source_customer_id is not null
