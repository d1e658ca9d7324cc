-- Grain: one row per source system, identifier and valid-from date, as known now.
-- fct_identifier_history keeps what was known before.
with

history as (select * from {{ ref('fct_identifier_history') }})

select
    source_system,
    source_customer_id,
    customer_id,
    match_rule,
    match_probability,
    identity_event,
    valid_from_date,
    valid_to_date,
    valid_to_date is null as is_current,
    recorded_at,
    release_id
from history
qualify row_number() over (
    partition by source_system, source_customer_id, valid_from_date
    order by recorded_at desc
) = 1
