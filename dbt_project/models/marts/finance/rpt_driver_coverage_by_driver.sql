-- Grain: one row per activity driver that a pool uses and that has events.
-- What a driver cannot count, and so charges to nobody: events without a date, without
-- a known entity, or without the measured quantity. An event is counted once, under the
-- first of these.
with

driver_policy as (select * from {{ ref('policy_activity_drivers') }}),

tasks as (select * from {{ ref('stg_wms__tasks') }}),

warehouses as (select * from {{ ref('stg_wms__warehouses') }}),

return_lines as (select * from {{ ref('stg_wms__return_lines') }}),

service_cases as (select * from {{ ref('stg_crm__service_cases') }}),

activities as (select * from {{ ref('stg_crm__activities') }}),

stops as (select * from {{ ref('stg_tms__stops') }}),

shipments as (select * from {{ ref('int_shipments_timed') }}),

shipped_lines as (select * from {{ ref('int_shipment_lines_weighted') }}),

shipment_lines as (select * from {{ ref('stg_tms__shipment_lines') }}),

order_lines as (select * from {{ ref('int_order_lines_converted') }}),

accounts as (
    select source_customer_id as account_id
    from {{ ref('int_customers_resolved') }}
    where
        source_system = 'crm'
        and customer_id in (
            select home_entities.customer_id
            from {{ ref('int_customer_home_entities_chosen') }} as home_entities
        )
),

events as (
    select
        case when tasks.task_type = 'pick' then 'pick_minutes' else 'pack_minutes' end
            as driver_code,
        tasks.started_date is not null as is_dated,
        warehouses.entity_code is not null as is_placed,
        tasks.duration_minutes is not null as is_measured
    from tasks
    left join warehouses using (warehouse_id)
    where tasks.task_type in ('pick', 'pack', 'load')
    union all
    select
        'return_lines' as driver_code,
        return_lines.received_date is not null as is_dated,
        coalesce(warehouses.entity_code, order_lines.entity_code) is not null
            as is_placed,
        true as is_measured
    from return_lines
    left join warehouses using (warehouse_id)
    left join order_lines
        on
            return_lines.order_id = order_lines.order_id
            and return_lines.order_line_no = order_lines.line_no
    union all
    select
        unnest(['service_minutes', 'service_case_count']) as driver_code,
        service_cases.opened_date is not null as is_dated,
        coalesce(service_cases.entity_code, accounts.account_id) is not null
            as is_placed,
        unnest([service_cases.handling_minutes is not null, true]) as is_measured
    from service_cases
    left join accounts using (account_id)
    union all
    select
        unnest(['visit_minutes', 'visit_count']) as driver_code,
        activities.occurred_date is not null as is_dated,
        coalesce(activities.entity_code, accounts.account_id) is not null as is_placed,
        unnest([activities.duration_minutes is not null, true]) as is_measured
    from activities
    left join accounts using (account_id)
    union all
    select
        unnest(['stops', 'drop_count', 'drop_minutes', 'drop_km']) as driver_code,
        shipments.shipped_date is not null as is_dated,
        shipments.entity_code is not null as is_placed,
        unnest([
            true, true, stops.wait_minutes is not null, stops.distance_km is not null
        ]) as is_measured
    from stops
    left join shipments using (shipment_id)
    union all
    select
        unnest(['volume_m3', 'chargeable_kg']) as driver_code,
        shipped_lines.shipped_date is not null as is_dated,
        shipped_lines.entity_code is not null as is_placed,
        coalesce(
            shipment_lines.volume_m3,
            order_lines.volume_m3 * shipped_lines.shipped_qty
            / nullif(order_lines.ordered_qty, 0),
            unnest([null, shipped_lines.weight_kg])
        ) is not null as is_measured
    from shipped_lines
    left join shipment_lines using (shipment_id, order_id, line_no)
    left join order_lines using (order_id, line_no)
    union all
    select
        unnest(['case_qty', 'weight_kg']) as driver_code,
        true as is_dated,
        entity_code is not null as is_placed,
        unnest([case_qty is not null, weight_kg is not null]) as is_measured
    from order_lines
    where is_demand
),

counts as (
    select
        driver_code,
        count(*) as event_count,
        count(*) filter (where not is_dated) as undated_event_count,
        count(*) filter (where is_dated and not is_placed) as unplaced_event_count,
        count(*) filter (where is_dated and is_placed and not is_measured)
            as unmeasured_event_count
    from events
    where driver_code in (select driver_policy.driver_code from driver_policy)
    group by driver_code
)

select
    driver_code,
    event_count,
    undated_event_count,
    unplaced_event_count,
    unmeasured_event_count,
    {{ ratio(
        'event_count - undated_event_count - unplaced_event_count'
        ~ ' - unmeasured_event_count',
        'event_count'
    ) }} as counted_event_ratio
from counts
