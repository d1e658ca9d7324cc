-- Grain: one row per posting and where part of it went.
-- A posting of a direct pool went to whom it names. Of a posting in any other pool and
-- a destination of that pool, the part they share. The parts of a posting add up to it,
-- the parts of a destination to what it bears. A view: the parts are computed for
-- whoever asks about a customer, a journal or a pool.
with

direct_postings as (select * from {{ ref('fct_direct_postings') }}),

pools as (select * from {{ ref('fct_cost_pools') }}),

postings as (
    select
        *,
        {{ amount_to_cents('amount_base_ccy') }} as own_cents,
        sum({{ amount_to_cents('amount_base_ccy') }}) over (
            in_pool order by ledger_code, document_id, line_no
            rows unbounded preceding
        ) as running_cents,
        sum({{ amount_to_cents('amount_base_ccy') }}) over in_pool as total_cents,
        row_number() over (
            in_pool order by ledger_code, document_id, line_no
        ) = count(*) over in_pool as is_last
    from {{ ref('fct_ledger_lines') }}
    window in_pool as (partition by entity_code, fiscal_period, cost_pool_code)
),

destinations as (
    select
        *,
        {{ amount_to_cents('amount_base_ccy') }} as own_cents,
        {{ amount_to_cents('running_amount_base_ccy') }} as running_cents,
        destination_code = 'unallocated' as is_last
    from {{ ref('fct_cost_destinations') }}
)

select
    entity_code,
    fiscal_period,
    cost_pool_code,
    postings.ledger_code,
    postings.document_id,
    postings.line_no,
    postings.account_id,
    destinations.destination_code,
    destinations.carried_by_pool_code,
    destinations.activity_code,
    destinations.customer_id,
    {{ cents_to_amount(crossed_share(
        'postings.total_cents', 'postings', 'destinations'
    )) }} as traced_amount_base_ccy
from postings
inner join destinations using (entity_code, fiscal_period, cost_pool_code)
inner join pools using (entity_code, fiscal_period, cost_pool_code)
where pools.treatment != 'direct'
union all
select
    entity_code,
    fiscal_period,
    cost_pool_code,
    ledger_code,
    document_id,
    line_no,
    account_id,
    destination_code,
    case
        when destination_code = 'customer' then cost_pool_code
    end as carried_by_pool_code,
    case when destination_code = 'customer' then 'direct' end as activity_code,
    customer_id,
    traced_amount_base_ccy
from direct_postings
