select
    -- ids
    contract_id,
    clause_no,
    account_id,

    -- attributes
    clause_type,
    unit as clause_unit,

    -- measures
    value as clause_value,
    notice_days,

    -- dates
    valid_from as valid_from_date,
    valid_to as valid_to_date
from {{ source('raw', 'crm__contracts') }}
