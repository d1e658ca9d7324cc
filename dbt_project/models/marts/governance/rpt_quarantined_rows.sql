-- Grain: one row per row set aside while landing.
-- Where it lies in its file, never what it says.
with

quarantined_rows as (select * from {{ ref('stg_refresh__quarantined_rows') }})

select
    table_name,
    source_file,
    source_line,
    column_name,
    error_code,
    entity_code,
    fiscal_period,
    amount_local_ccy
from quarantined_rows
