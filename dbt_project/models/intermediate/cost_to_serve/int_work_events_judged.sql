-- Grain: one row per driver and whether its events are dated, placed and measured.
-- Work that people did: picks, packs and loads, returned lines taken in, service cases,
-- visits. It is placed where the source, its warehouse, its order line or its customer
-- tells the entity.
with

tasks as (select * from {{ ref('stg_wms__tasks') }}),

warehouses as (select * from {{ ref('stg_wms__warehouses') }}),

return_lines as (select * from {{ ref('stg_wms__return_lines') }}),

service_cases as (select * from {{ ref('stg_crm__service_cases') }}),

activities as (select * from {{ ref('stg_crm__activities') }}),

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
)

select
    driver_code,
    is_dated,
    is_placed,
    is_measured,
    count(*) as event_count
from events
group by all
