-- Grain: one row per exception asked for an order.
-- An order served as another segment: who decided, by which path, whether in time, what
-- it is worth. One counts if it was approved before the order left, by whoever the path
-- names, within the path's limit, and by somebody else than who asked.
with

exceptions as (select * from {{ ref('policy_order_exceptions') }}),

paths as {{ in_force(ref('policy_exception_paths'), ['reason_code']) }},

orders as (select * from {{ ref('int_orders_aggregated') }}),

customer_segments as (select * from {{ ref('dim_customer_segments') }}),

shipments as (select * from {{ ref('stg_tms__shipments') }}),

shipment_lines as (select * from {{ ref('stg_tms__shipment_lines') }}),

first_shipments as (
    select
        shipment_lines.order_id,
        min(shipments.shipped_date) as first_shipped_date
    from shipment_lines
    inner join shipments using (shipment_id)
    group by shipment_lines.order_id
),

joined as (
    select
        exceptions.*,
        orders.order_id is not null as is_known,
        orders.customer_id,
        orders.order_date,
        cast(orders.constant_net_sales_amount_base_ccy as decimal(18, 2))
            as net_sales_amount_base_ccy,
        customer_segments.segment_code,
        first_shipments.first_shipped_date,
        paths.approver_team,
        paths.maximum_net_sales_amount_base_ccy
    from exceptions
    left join orders using (order_id)
    left join first_shipments using (order_id)
    left join paths using (reason_code)
    left join customer_segments
        on
            orders.customer_id = customer_segments.customer_id
            and orders.order_date >= customer_segments.valid_from_date
            and orders.order_date
            < coalesce(customer_segments.valid_to_date, cast('9999-12-31' as date))
    where exceptions.decided_on <= {{ as_of_date() }}
)

select
    exception_id,
    order_id,
    customer_id,
    order_date,
    segment_code,
    served_as_segment_code,
    reason_code,
    reason,
    requested_by,
    decision,
    decided_by,
    decider_team,
    decided_on as decided_date,
    first_shipped_date,
    net_sales_amount_base_ccy,
    case
        when not is_known then 'unknown_order'
        when decision = 'refused' then 'refused'
        when approver_team is null then 'no_path'
        when requested_by = decided_by then 'own_request'
        when decider_team != approver_team then 'wrong_approver'
        when net_sales_amount_base_ccy > maximum_net_sales_amount_base_ccy
            then 'over_limit'
        when decided_on > first_shipped_date then 'after_fulfilment'
        else 'granted'
    end as exception_status
from joined
