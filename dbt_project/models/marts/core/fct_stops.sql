-- Grain: one row per shipment and stop.
-- The customer is the one the TMS names as its destination, null where nobody knows it.
with

stops as (select * from {{ ref('stg_tms__stops') }}),

shipments as (select * from {{ ref('fct_shipments') }}),

customers as (
    select * from {{ ref('int_customers_resolved') }}
    where source_system = 'tms'
),

fiscal_days as (select * from {{ ref('int_fiscal_days') }})

select
    stops.shipment_id,
    stops.stop_id,
    stops.stop_sequence,
    shipments.entity_code,
    fiscal_days.fiscal_period,
    customers.customer_id,
    stops.destination_id,
    cast(stops.wait_minutes as decimal(18, 4)) as stop_minutes,
    cast(stops.distance_km as decimal(18, 4)) as distance_km
from stops
inner join shipments using (shipment_id)
left join customers on stops.destination_id = customers.source_customer_id
left join fiscal_days
    on
        shipments.entity_code = fiscal_days.entity_code
        and shipments.shipped_date = fiscal_days.calendar_date
