-- Every ledger or charge amount is allocated, unused, sustaining, excluded, unallocated
-- or quarantined, to the cent, per entity, period and pool.
select
    entity_code,
    fiscal_period,
    cost_pool_code,
    variance_amount_base_ccy
from {{ ref('rpt_gl_reconciliation_by_cost_pool_month') }}
where variance_amount_base_ccy is distinct from 0
union all
select
    entity_code,
    fiscal_period,
    cost_pool_code,
    variance_amount_base_ccy
from {{ ref('rpt_charge_reconciliation_by_cost_pool_month') }}
where variance_amount_base_ccy is distinct from 0
