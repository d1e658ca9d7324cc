-- Grain: one row per entity, fiscal period, driver and cost object.
-- Charged amounts in base currency: of an order line to that line, of an order evenly
-- to its lines, of a shipment by weight, of a customer to the customer. One driver per
-- charge type: freight_charges, insurance_charges and so on.
with

charges as (select * from {{ ref('int_charges_targeted') }}),

cost_objects as (select * from {{ ref('int_cost_objects_enumerated') }}),

customer_objects as (
    select *
    from cost_objects
    where order_id is null and customer_id is not null
),

order_lines as (select * from {{ ref('int_order_lines_positioned') }}),

freight_lines as (select * from {{ ref('int_freight_lines_weighted') }}),

-- The branches for orders and shipments turn one charge into a row per line.
assigned_charges as (
    select
        charges.*,
        cost_objects.cost_object_key,
        charges.charged_qty as driver_qty
    from charges
    left join cost_objects
        on
            charges.target_id = cost_objects.order_id
            and charges.target_line_no = cost_objects.line_no
    where charges.target_type in ('order_line', 'nothing')
    union all
    select
        charges.*,
        customer_objects.cost_object_key,
        charges.charged_qty as driver_qty
    from charges
    left join customer_objects
        on charges.target_id = customer_objects.customer_id
    where charges.target_type = 'customer'
    union all
    select
        charges.*,
        order_lines.cost_object_key,
        {{ cascade_share(
            'charges.charged_qty',
            'order_lines.line_position', '1', 'order_lines.order_line_count'
        ) }} as driver_qty
    from charges
    left join order_lines on charges.target_id = order_lines.order_id
    where charges.target_type = 'order'
    union all
    select
        charges.*,
        freight_lines.cost_object_key,
        {{ cascade_share(
            'charges.charged_qty', 'freight_lines.running_basis_qty',
            'freight_lines.basis_qty', 'freight_lines.total_basis_qty'
        ) }} as driver_qty
    from charges
    left join freight_lines on charges.target_id = freight_lines.shipment_id
    where charges.target_type = 'shipment'
)

select
    entity_code,
    fiscal_period,
    charge_type || '_charges' as driver_code,
    coalesce(cost_object_key, 0) as cost_object_key,
    cast(sum(coalesce(driver_qty, charged_qty)) as bigint) as driver_qty
from assigned_charges
group by all
