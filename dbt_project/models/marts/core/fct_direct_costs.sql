-- Grain: one row per entity, fiscal period, direct cost pool and cost object.
-- What a posting names bears it: an order evenly over its lines, else a shipment by
-- weight, else a customer; one that names nothing known is object 0. Signed: a reversal
-- takes back what was charged.
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

named_costs as (
    select
        entity_code,
        fiscal_period,
        cost_pool_code,
        direct_pools.behaviour,
        ledger_lines.source_document_id,
        ledger_lines.customer_id,
        {{ amount_to_cents('sum(ledger_lines.amount_base_ccy)') }} as posted_cents
    from ledger_lines
    inner join direct_pools
        using (ledger_code, entity_code, fiscal_period, cost_pool_code)
    group by all
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
),

-- A posting that names a document becomes one row per line of it.
charged_objects as (
    select
        named_costs.*,
        coalesce(
            document_lines.cost_object_key, customer_objects.cost_object_key, 0
        ) as cost_object_key,
        coalesce(
            {{ cascade_share(
                'named_costs.posted_cents', 'document_lines.running_qty',
                'document_lines.own_qty', 'document_lines.total_qty'
            ) }},
            named_costs.posted_cents
        ) as charged_cents
    from named_costs
    left join document_lines using (source_document_id)
    left join customer_objects
        on named_costs.customer_id = customer_objects.customer_id
)

select
    entity_code,
    fiscal_period,
    cost_pool_code,
    cost_object_key,
    behaviour,
    {{ cents_to_amount('sum(charged_cents)') }} as allocated_amount_base_ccy
from charged_objects
group by all
