-- Grain: one row per shipment and order line that bears what is charged for it.
-- Lines weigh in by kilogram; where no line of the shipment has a weight, equally. A
-- weight below nought is none: it would charge its customer less than nothing.
with

shipped_lines as (select * from {{ ref('int_shipment_lines_weighted') }}),

charged_shipments as (select * from {{ ref('int_shipments_charged') }}),

cost_objects as (select * from {{ ref('int_cost_objects_enumerated') }}),

-- One row per line becomes one for each shipment whose charge it travels on.
charged_lines as (
    select
        coalesce(
            charged_shipments.charged_shipment_id, shipped_lines.shipment_id
        ) as shipment_id,
        coalesce(cost_objects.cost_object_key, 0) as cost_object_key,
        sum(
            greatest({{ driver_units('shipped_lines.weight_kg') }}, 0)
        ) as weight_qty
    from shipped_lines
    left join charged_shipments using (shipment_id)
    left join cost_objects using (order_id, line_no)
    group by all
),

basis_quantities as (
    select
        shipment_id,
        cost_object_key,
        case
            when sum(weight_qty) over (partition by shipment_id) > 0 then weight_qty
            else 1
        end as basis_qty
    from charged_lines
)

select
    shipment_id,
    cost_object_key,
    basis_qty,
    sum(basis_qty) over (
        partition by shipment_id order by cost_object_key
        rows unbounded preceding
    ) as running_basis_qty,
    sum(basis_qty) over (partition by shipment_id) as total_basis_qty
from basis_quantities
