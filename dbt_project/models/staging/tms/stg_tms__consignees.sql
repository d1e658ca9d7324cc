select
    -- ids
    consignee_id,
    tax_id,

    -- attributes
    name as consignee_name,
    country_code,
    region as region_name,
    city as city_name,
    postal_code,
    address as street_address,
    phone as phone_number,
    email as email_address,

    -- dates
    updated_on as updated_date
from {{ source('raw', 'tms__consignees') }}
