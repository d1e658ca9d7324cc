-- Grain: one row per posting of a direct pool and cost object that bears part of it.
-- What a posting names bears it: an order evenly over its lines, else a shipment by
-- weight, else a customer; one that names nothing known is object 0. Signed: a reversal
-- takes back what was charged.
-- Postings that name the same document are rounded as one: the part of each is the
-- step between the shares of their running total, so that the parts add up to every
-- posting, and on every object to its share of them all.
with

direct_pools as (
    select * from {{ ref('int_cost_pools_aggregated') }}
    where treatment = 'direct'
),

ledger_lines as (select * from {{ ref('int_ledger_lines_mapped') }}),

order_lines as (select * from {{ ref('int_order_lines_positioned') }}),

freight_lines as (select * from {{ ref('int_freight_lines_weighted') }}),

customer_objects as (
    select *
    from {{ ref('int_cost_objects_enumerated') }}
    where order_id is null and customer_id is not null
),

postings as (
    select
        ledger_code,
        entity_code,
        fiscal_period,
        cost_pool_code,
        direct_pools.behaviour,
        ledger_lines.document_id,
        ledger_lines.line_no,
        ledger_lines.account_id,
        ledger_lines.source_document_id,
        ledger_lines.customer_id,
        {{ amount_to_cents('ledger_lines.amount_base_ccy') }} as own_cents,
        sum({{ amount_to_cents('ledger_lines.amount_base_ccy') }}) over (
            partition by
                entity_code, fiscal_period, cost_pool_code,
                ledger_lines.source_document_id
            order by ledger_code, ledger_lines.document_id, ledger_lines.line_no
            rows unbounded preceding
        ) as running_cents
    from ledger_lines
    inner join direct_pools
        using (ledger_code, entity_code, fiscal_period, cost_pool_code)
),

document_lines as (
    select
        order_id as source_document_id,
        cost_object_key,
        line_position as running_qty,
        1 as own_qty,
        order_line_count as total_qty
    from order_lines
    union all
    select
        shipment_id as source_document_id,
        cost_object_key,
        running_basis_qty as running_qty,
        basis_qty as own_qty,
        total_basis_qty as total_qty
    from freight_lines
    where shipment_id not in (select order_lines.order_id from order_lines)
)

-- A posting that names a document becomes one row per line of it.
select
    postings.ledger_code,
    postings.entity_code,
    postings.fiscal_period,
    postings.cost_pool_code,
    postings.behaviour,
    postings.document_id,
    postings.line_no,
    postings.account_id,
    coalesce(
        document_lines.cost_object_key, customer_objects.cost_object_key, 0
    ) as cost_object_key,
    {{ cents_to_amount("coalesce(" ~ cascade_share(
        'postings.running_cents', 'document_lines.running_qty',
        'document_lines.own_qty', 'document_lines.total_qty'
    ) ~ " - " ~ cascade_share(
        '(postings.running_cents - postings.own_cents)', 'document_lines.running_qty',
        'document_lines.own_qty', 'document_lines.total_qty'
    ) ~ ", postings.own_cents)") }} as charged_amount_base_ccy
from postings
left join document_lines using (source_document_id)
left join customer_objects
    on postings.customer_id = customer_objects.customer_id
