-- Grain: one row per entity, fiscal period and cost object.
-- Minutes of sales activities, borne by the customer as a whole.
with

activities as (select * from {{ ref('stg_crm__activities') }}),

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

customer_activities as (
    select
        coalesce(activities.entity_code, home_entities.entity_code) as entity_code,
        activities.occurred_date,
        coalesce(customer_objects.cost_object_key, 0) as cost_object_key,
        activities.duration_minutes
    from activities
    left join customers on activities.account_id = customers.source_customer_id
    left join home_entities
        on customers.customer_id = home_entities.customer_id
    left join customer_objects
        on customers.customer_id = customer_objects.customer_id
    where activities.duration_minutes is not null
)

select
    coalesce(customer_activities.entity_code, 'unknown') as entity_code,
    coalesce(
        fiscal_days.fiscal_period, {{ month_code('customer_activities.occurred_date') }}
    ) as fiscal_period,
    'visit_minutes' as driver_code,
    customer_activities.cost_object_key,
    cast(
        sum({{ driver_units('customer_activities.duration_minutes') }}) as bigint
    ) as driver_qty
from customer_activities
left join fiscal_days
    on
        customer_activities.entity_code = fiscal_days.entity_code
        and customer_activities.occurred_date = fiscal_days.calendar_date
group by all
