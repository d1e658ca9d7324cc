-- A posting or charge without an exchange rate would vanish from its pool.
select
    ledger_code,
    entity_code,
    document_id,
    line_no
from {{ ref('int_ledger_lines_converted') }}
where amount_base_ccy is null
