select
    -- ids
    customer_id,
    entity_code,
    parent_customer_id,
    bill_to_customer_id,
    tax_id,

    -- attributes
    name as customer_name,
    party_type,
    duns,
    country_code,
    region as region_name,
    city as city_name,
    postal_code,
    address as street_address,
    phone as phone_number,
    email as email_address,
    currency_code as local_currency_code,
    channel_code,
    business_unit,
    coalesce(is_credit_hold, false) as is_credit_hold,
    coalesce(is_government, false) as is_government,
    coalesce(is_regulated, false) as is_regulated,
    coalesce(is_intercompany, false) as is_intercompany,

    -- measures
    credit_limit as credit_limit_amount_local_ccy,
    payment_terms_days,

    -- dates
    opened_on as opened_date,
    closed_on as closed_date,
    updated_on as updated_date
from {{ source('raw', 'erp__customers') }}
