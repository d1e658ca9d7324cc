-- Grain: one row per source system and account, in one shape.
-- The source rank says whose names win: ERP, then CRM, then TMS.
with

erp_customers as (select * from {{ ref('stg_erp__customers') }}),

crm_accounts as (select * from {{ ref('stg_crm__accounts') }}),

tms_consignees as (select * from {{ ref('stg_tms__consignees') }})

select
    'erp' as source_system,
    customer_id as source_customer_id,
    1 as source_rank,
    customer_name,
    party_type,
    business_unit,
    entity_code,
    channel_code,
    null as industry_code,
    parent_customer_id as parent_source_customer_id,
    country_code,
    region_name,
    city_name,
    postal_code,
    false as is_strategic,
    is_intercompany,
    is_credit_hold,
    is_government,
    is_regulated,
    opened_date
from erp_customers
union all
select
    'crm' as source_system,
    account_id as source_customer_id,
    2 as source_rank,
    account_name as customer_name,
    null as party_type,
    null as business_unit,
    null as entity_code,
    null as channel_code,
    industry_code,
    parent_account_id as parent_source_customer_id,
    country_code,
    region_name,
    city_name,
    postal_code,
    is_strategic,
    false as is_intercompany,
    false as is_credit_hold,
    false as is_government,
    false as is_regulated,
    null as opened_date
from crm_accounts
union all
select
    'tms' as source_system,
    consignee_id as source_customer_id,
    3 as source_rank,
    consignee_name as customer_name,
    null as party_type,
    null as business_unit,
    null as entity_code,
    null as channel_code,
    null as industry_code,
    null as parent_source_customer_id,
    country_code,
    region_name,
    city_name,
    postal_code,
    false as is_strategic,
    false as is_intercompany,
    false as is_credit_hold,
    false as is_government,
    false as is_regulated,
    null as opened_date
from tms_consignees
