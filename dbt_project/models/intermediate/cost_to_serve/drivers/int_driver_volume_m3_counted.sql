-- Grain: one row per entity, fiscal period, driver and cost object.
-- Cubic metres shipped: the shipment line's own, else the ordered volume pro rata; and
-- chargeable weight: kilograms, or cubic metres at `chargeable_kg_per_m3` if they are
-- more.
with

shipped_lines as (select * from {{ ref('int_shipment_lines_weighted') }}),

shipment_lines as (select * from {{ ref('stg_tms__shipment_lines') }}),

order_lines as (select * from {{ ref('int_order_lines_converted') }}),

cost_objects as (select * from {{ ref('int_cost_objects_enumerated') }}),

fiscal_days as (select * from {{ ref('int_fiscal_days') }}),

measured_lines as (
    select
        shipped_lines.entity_code,
        shipped_lines.shipped_date,
        coalesce(cost_objects.cost_object_key, 0) as cost_object_key,
        shipped_lines.weight_kg,
        coalesce(
            shipment_lines.volume_m3,
            cast(
                cast(order_lines.volume_m3 as decimal(28, 6))
                * shipped_lines.shipped_qty
                / nullif(order_lines.ordered_qty, 0) as decimal(18, 6)
            )
        ) as volume_m3
    from shipped_lines
    inner join shipment_lines using (shipment_id, order_id, line_no)
    left join order_lines using (order_id, line_no)
    left join cost_objects using (order_id, line_no)
),

quantities as (
    select
        entity_code,
        shipped_date,
        cost_object_key,
        unnest(['volume_m3', 'chargeable_kg']) as driver_code,
        unnest([
            {{ driver_units('volume_m3') }},
            {{ driver_units(
                'cast(greatest(weight_kg, cast(volume_m3 as decimal(28, 6)) * '
                ~ threshold('chargeable_kg_per_m3') ~ ') as decimal(18, 4))'
            ) }}
        ]) as line_qty
    from measured_lines
)

select
    quantities.entity_code,
    fiscal_days.fiscal_period,
    quantities.driver_code,
    quantities.cost_object_key,
    cast(sum(quantities.line_qty) as bigint) as driver_qty
from quantities
inner join fiscal_days
    on
        quantities.entity_code = fiscal_days.entity_code
        and quantities.shipped_date = fiscal_days.calendar_date
where quantities.line_qty is not null
group by all
