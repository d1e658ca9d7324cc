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

-- From the last ones back: each shipment is reached once, and those in a circle never.
ends (shipment_id, charged_shipment_id) as (
    select
        pointers.shipment_id,
        pointers.parent_shipment_id
    from pointers
    anti join pointers as further
        on pointers.parent_shipment_id = further.shipment_id
    union all
    select
        pointers.shipment_id,
        ends.charged_shipment_id
    from ends
    inner join pointers on ends.shipment_id = pointers.parent_shipment_id
)

select
    shipment_id,
    coalesce(ends.charged_shipment_id, shipment_id) as charged_shipment_id
from shipments
left join ends using (shipment_id)
