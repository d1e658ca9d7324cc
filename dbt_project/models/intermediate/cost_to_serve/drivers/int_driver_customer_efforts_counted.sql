-- Grain: one row per entity, fiscal period, driver and cost object.
-- Service cases and sales activities, counted and in minutes, borne by the customer as
-- a whole.
with

service_cases as (select * from {{ ref('stg_crm__service_cases') }}),

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

fiscal_dates as (select * from {{ ref('int_fiscal_dates_assigned') }}),

efforts as (
    select
        unnest(['service_minutes', 'service_case_count']) as driver_code,
        account_id,
        entity_code,
        opened_date as effort_date,
        unnest([handling_minutes, 1]) as effort_qty
    from service_cases
    union all
    select
        unnest(['visit_minutes', 'visit_count']) as driver_code,
        account_id,
        entity_code,
        occurred_date as effort_date,
        unnest([duration_minutes, 1]) as effort_qty
    from activities
),

placed_efforts as (
    select
        efforts.driver_code,
        coalesce(
            efforts.entity_code, home_entities.entity_code, 'unknown'
        ) as entity_code,
        efforts.effort_date,
        coalesce(customer_objects.cost_object_key, 0) as cost_object_key,
        efforts.effort_qty
    from efforts
    left join customers on efforts.account_id = customers.source_customer_id
    left join home_entities
        on customers.customer_id = home_entities.customer_id
    left join customer_objects
        on customers.customer_id = customer_objects.customer_id
    where efforts.effort_qty is not null
)

select
    placed_efforts.entity_code,
    coalesce(fiscal_dates.fiscal_period, 'unknown') as fiscal_period,
    placed_efforts.driver_code,
    placed_efforts.cost_object_key,
    cast(
        sum({{ driver_units('placed_efforts.effort_qty') }}) as bigint
    ) as driver_qty
from placed_efforts
left join fiscal_dates
    on
        placed_efforts.entity_code = fiscal_dates.entity_code
        and placed_efforts.effort_date = fiscal_dates.calendar_date
group by all
