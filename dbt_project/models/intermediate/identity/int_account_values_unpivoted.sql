-- Grain: one row per account and attribute it states a value of.
-- An empty text is no value; of a flag only `true` is one, so that any account that has
-- it gives it to the customer.
with

accounts as (select * from {{ ref('int_customer_accounts_unioned') }}),

as_text as (
    select
        source_system,
        source_customer_id,
        opened_date,
        updated_date,
        customer_name,
        party_type,
        tax_id,
        duns,
        business_unit,
        entity_code,
        channel_code,
        industry_code,
        country_code,
        region_name,
        city_name,
        postal_code,
        street_address,
        phone_number,
        email_address,
        case when is_strategic then 'true' end as is_strategic,
        case when is_intercompany then 'true' end as is_intercompany,
        case when is_credit_hold then 'true' end as is_credit_hold,
        case when is_government then 'true' end as is_government,
        case when is_regulated then 'true' end as is_regulated
    from accounts
),

unpivoted as (
    unpivot as_text
    on columns(* exclude (
        source_system, source_customer_id, opened_date, updated_date
    ))
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
where trim(attribute_value) != ''
