-- Grain: one row per entity, fiscal period, charge type and what it was charged for:
-- an order line, an order, a shipment, a customer, or nothing known. Cost only.
with

charges as (select * from {{ ref('int_charges_converted') }})

select
    entity_code,
    fiscal_period,
    charge_type,
    case
        when order_id is not null and order_line_no is not null then 'order_line'
        when order_id is not null then 'order'
        when shipment_id is not null then 'shipment'
        when customer_id is not null then 'customer'
        else 'nothing'
    end as target_type,
    coalesce(order_id, shipment_id, customer_id, '') as target_id,
    case when order_id is not null then coalesce(order_line_no, 0) else 0 end
        as target_line_no,
    cast(sum({{ driver_units('amount_base_ccy') }}) as bigint) as charged_qty
from charges
where direction = 'cost'
group by all
