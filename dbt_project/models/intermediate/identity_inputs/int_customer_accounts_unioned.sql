-- Grain: one row per source system and account, in one shape.
-- Where a source does not say when it last changed an account, the day it opened it is
-- the last that is known.
with

erp_customers as (select * from {{ ref('stg_erp__customers') }}),

crm_accounts as (select * from {{ ref('stg_crm__accounts') }}),

tms_consignees as (select * from {{ ref('stg_tms__consignees') }})

select
    'erp' as source_system,
    customer_id as source_customer_id,
    'account' as record_role,
    customer_name,
    party_type,
    tax_id,
    duns,
    business_unit,
    entity_code,
    channel_code,
    cast(null as varchar) as industry_code,
    parent_customer_id as parent_source_customer_id,
    bill_to_customer_id as bill_to_source_customer_id,
    country_code,
    region_name,
    city_name,
    postal_code,
    street_address,
    phone_number,
    email_address,
    false as is_strategic,
    is_intercompany,
    is_credit_hold,
    is_government,
    is_regulated,
    opened_date,
    coalesce(updated_date, opened_date) as updated_date
from erp_customers
union all
select
    'crm' as source_system,
    account_id as source_customer_id,
    'account' as record_role,
    account_name as customer_name,
    cast(null as varchar) as party_type,
    cast(null as varchar) as tax_id,
    cast(null as varchar) as duns,
    cast(null as varchar) as business_unit,
    cast(null as varchar) as entity_code,
    cast(null as varchar) as channel_code,
    industry_code,
    parent_account_id as parent_source_customer_id,
    cast(null as varchar) as bill_to_source_customer_id,
    country_code,
    region_name,
    city_name,
    postal_code,
    street_address,
    phone_number,
    email_address,
    is_strategic,
    false as is_intercompany,
    false as is_credit_hold,
    false as is_government,
    false as is_regulated,
    cast(null as date) as opened_date,
    updated_date
from crm_accounts
union all
select
    'tms' as source_system,
    consignee_id as source_customer_id,
    'consignee' as record_role,
    consignee_name as customer_name,
    cast(null as varchar) as party_type,
    tax_id,
    cast(null as varchar) as duns,
    cast(null as varchar) as business_unit,
    cast(null as varchar) as entity_code,
    cast(null as varchar) as channel_code,
    cast(null as varchar) as industry_code,
    cast(null as varchar) as parent_source_customer_id,
    cast(null as varchar) as bill_to_source_customer_id,
    country_code,
    region_name,
    city_name,
    postal_code,
    street_address,
    phone_number,
    email_address,
    false as is_strategic,
    false as is_intercompany,
    false as is_credit_hold,
    false as is_government,
    false as is_regulated,
    cast(null as date) as opened_date,
    updated_date
from tms_consignees
