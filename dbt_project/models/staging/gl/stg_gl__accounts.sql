select
    -- ids
    account_id,
    parent_account_id,

    -- attributes
    code as account_code,
    name as account_name,
    account_type,
    normal_balance
from {{ source('raw', 'gl__accounts') }}
