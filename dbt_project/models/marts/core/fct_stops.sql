-- Grain: one row per shipment and stop.
-- The customer is the one the TMS names as its destination, null where nobody knows it.
-- The entity is the shipment's; null where its lines are charged in several.
with

stops as (select * from {{ ref('stg_tms__stops') }}),

shipments as (select * from {{ ref('fct_shipments') }}),

shipped_lines as (select * from {{ ref('int_shipment_lines_weighted') }}),

customers as (
    select * from {{ ref('int_customers_resolved') }}
    where source_system = 'tms'
),

fiscal_days as (select * from {{ ref('int_fiscal_days') }}),

entities as (
    select
        shipments.shipment_id,
        shipments.shipped_date,
        case
            when count(distinct shipped_lines.entity_code) < 2
                then shipments.entity_code
        end as entity_code
    from shipments
    left join shipped_lines using (shipment_id)
    group by shipments.shipment_id, shipments.shipped_date, shipments.entity_code
)

select
    stops.shipment_id,
    stops.stop_id,
    stops.stop_sequence,
    entities.entity_code,
    fiscal_days.fiscal_period,
    customers.customer_id,
    stops.destination_id,
    cast(stops.wait_minutes as decimal(18, 4)) as stop_minutes,
    cast(stops.distance_km as decimal(18, 4)) as distance_km
from stops
inner join entities using (shipment_id)
left join customers on stops.destination_id = customers.source_customer_id
left join fiscal_days
    on
        entities.entity_code = fiscal_days.entity_code
        and entities.shipped_date = fiscal_days.calendar_date
