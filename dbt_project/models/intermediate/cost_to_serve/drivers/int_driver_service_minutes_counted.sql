-- Grain: one row per entity, fiscal period and cost object.
-- Minutes of service cases, borne by the customer as a whole.
with

service_cases as (select * from {{ ref('stg_crm__service_cases') }}),

customers as (
    select *
    from {{ ref('int_customers_resolved') }}
    where source_system = 'crm'
),

home_entities as (select * from {{ ref('int_customer_home_entities_chosen') }}),

customer_objects as (
    select *
    from {{ ref('int_cost_objects_enumerated') }}
    where order_id is null and customer_id is not null
),

fiscal_days as (select * from {{ ref('int_fiscal_days') }}),

placed_cases as (
    select
        coalesce(service_cases.entity_code, home_entities.entity_code) as entity_code,
        service_cases.opened_date,
        coalesce(customer_objects.cost_object_key, 0) as cost_object_key,
        service_cases.handling_minutes
    from service_cases
    left join customers on service_cases.account_id = customers.source_customer_id
    left join home_entities
        on customers.customer_id = home_entities.customer_id
    left join customer_objects
        on customers.customer_id = customer_objects.customer_id
    where service_cases.handling_minutes is not null
)

select
    coalesce(placed_cases.entity_code, 'unknown') as entity_code,
    coalesce(
        fiscal_days.fiscal_period, {{ month_code('placed_cases.opened_date') }}
    ) as fiscal_period,
    'service_minutes' as driver_code,
    placed_cases.cost_object_key,
    cast(
        sum({{ driver_units('placed_cases.handling_minutes') }}) as bigint
    ) as driver_qty
from placed_cases
left join fiscal_days
    on
        placed_cases.entity_code = fiscal_days.entity_code
        and placed_cases.opened_date = fiscal_days.calendar_date
group by all
