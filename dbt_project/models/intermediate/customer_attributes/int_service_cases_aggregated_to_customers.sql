-- Grain: one row per customer and as-of date with a service case in the window.
with

service_cases as (select * from {{ ref('stg_crm__service_cases') }}),

resolved as (
    select
        source_customer_id as account_id,
        customer_id
    from {{ ref('int_customers_resolved') }}
    where source_system = 'crm'
),

windows as (select * from {{ ref('int_feature_windows') }})

select
    resolved.customer_id,
    windows.as_of_date,
    count(*) as service_case_count
from service_cases
inner join resolved using (account_id)
inner join windows
    on
        service_cases.opened_date
        between windows.window_start_date and windows.as_of_date
group by all
