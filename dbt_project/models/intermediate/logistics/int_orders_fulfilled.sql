-- Grain: one row per order with a demand line; null where unknown.
-- An order meets a measure only if every line does: rates are never multiplied. It is
-- judged on its last delivery, or the day after a line was due and had not come.
with

order_lines as (select * from {{ ref('int_order_lines_fulfilled') }}),

shipment_lines as (select * from {{ ref('stg_tms__shipment_lines') }}),

order_shipments as (
    select distinct
        order_id,
        shipment_id
    from shipment_lines
),

shipment_counts as (
    select
        order_id,
        count(*) as shipment_count
    from order_shipments
    group by all
),

orders as (
    select
        order_id,
        max(due_date) as due_date,
        max(actual_delivery_date) as actual_delivery_date,
        max(first_shipped_date) as last_shipped_date,
        max(
            case
                when actual_delivery_date is not null then actual_delivery_date
                when due_date < {{ as_of_date() }} then due_date + 1
            end
        ) as judged_date,
        min(first_fault_date) as first_fault_date,
        {{ holds_for_every_line('is_on_time') }} as is_on_time,
        {{ holds_for_every_line('is_in_full') }} as is_in_full,
        {{ holds_for_every_line('is_otif') }} as is_otif,
        {{ holds_for_every_line('is_perfect') }} as is_perfect
    from order_lines
    group by order_id
)

select
    orders.order_id,
    orders.due_date,
    orders.actual_delivery_date,
    orders.last_shipped_date,
    orders.judged_date,
    orders.first_fault_date,
    orders.is_on_time,
    orders.is_in_full,
    orders.is_otif,
    orders.is_perfect,
    shipment_counts.shipment_count
from orders
left join shipment_counts using (order_id)
