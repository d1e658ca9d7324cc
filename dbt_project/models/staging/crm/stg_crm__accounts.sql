select
    -- ids
    account_id,
    erp_customer_id,
    parent_account_id,

    -- attributes
    name as account_name,
    industry_code,
    tier as crm_tier_code,
    coalesce(is_strategic, false) as is_strategic,
    owner as owner_name,
    country_code,
    region as region_name,
    city as city_name,
    postal_code,
    address as street_address,
    phone as phone_number,
    email as email_address,

    -- dates
    updated_on as updated_date
from {{ source('raw', 'crm__accounts') }}
