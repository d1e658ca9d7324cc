-- Grain: one row per shipment, with the one its freight was charged on in the end.
-- Who names another is followed to the last; in a circle none is, and each stands for
-- itself.
with recursive

shipments as (select * from {{ ref('stg_tms__shipments') }}),

pointers as (
    select
        shipment_id,
        parent_shipment_id
    from shipments
    where freight_status = 'on_other_shipment' and parent_shipment_id is not null
),

-- What was reached before is not followed again, so that a circle ends.
walks (shipment_id, reached_shipment_id) as (
    select
        shipment_id,
        parent_shipment_id
    from pointers
    union distinct
    select
        walks.shipment_id,
        pointers.parent_shipment_id
    from walks
    inner join pointers on walks.reached_shipment_id = pointers.shipment_id
),

ends as (
    select
        walks.shipment_id,
        walks.reached_shipment_id
    from walks
    anti join pointers on walks.reached_shipment_id = pointers.shipment_id
)

select
    shipment_id,
    coalesce(ends.reached_shipment_id, shipment_id) as charged_shipment_id
from shipments
left join ends using (shipment_id)
