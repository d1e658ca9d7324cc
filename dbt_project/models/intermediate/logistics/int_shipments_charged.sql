-- Grain: one row per shipment and shipment whose charge it travels on.
-- That is its own, which may come all the same, and the one its freight is on: who
-- names another is followed to the last; in a circle none is, and each stands alone.
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
    shipment_id as charged_shipment_id
from shipments
union all
select
    shipment_id,
    charged_shipment_id
from ends
