-- Grain: one row per stress scenario and customer it hits.
-- A scope without a value is the one with most net sales in the window: policy needs no
-- country or currency of its own for every company.
with

scenarios as (
    select distinct
        scenario_id,
        scope_attribute,
        scope_value
    from {{ ref('int_stress_shocks') }}
),

customers as (select * from {{ ref('int_customer_masters_survived') }}),

order_lines as (
    select * from {{ ref('int_order_lines_converted') }}
    where is_net_sales
),

windows as (
    select * from {{ ref('int_feature_windows') }}
    where is_current
),

sales as (
    select
        order_lines.customer_id,
        order_lines.local_currency_code,
        sum(order_lines.net_amount_base_ccy) as net_sales_amount
    from order_lines
    inner join windows
        on
            order_lines.order_date
            between windows.window_start_date and windows.as_of_date
    group by all
),

-- Each customer once per scope attribute: by its country, and by the currency it buys
-- most in where that is a foreign one.
places as (
    select
        'country_code' as scope_attribute,
        customer_id,
        customers.country_code as scope_value,
        sum(sales.net_sales_amount) as net_sales_amount
    from customers
    left join sales using (customer_id)
    group by all
    union all
    select
        'currency_code' as scope_attribute,
        customer_id,
        local_currency_code as scope_value,
        net_sales_amount
    from sales
    qualify row_number() over (
        partition by customer_id
        order by net_sales_amount desc, local_currency_code
    ) = 1
),

placed as (
    select * from places
    where
        scope_value is not null
        and not (
            scope_attribute = 'currency_code'
            and scope_value = {{ base_currency() }}
        )
),

largest_places as (
    select
        scope_attribute,
        scope_value
    from placed
    group by scope_attribute, scope_value
    qualify row_number() over (
        partition by scope_attribute
        order by sum(net_sales_amount) desc nulls last, scope_value
    ) = 1
)

select
    scenarios.scenario_id,
    customers.customer_id,
    placed.scope_value
from scenarios
cross join customers
left join largest_places using (scope_attribute)
left join placed
    on
        customers.customer_id = placed.customer_id
        and scenarios.scope_attribute = placed.scope_attribute
        and coalesce(scenarios.scope_value, largest_places.scope_value)
        = placed.scope_value
where scenarios.scope_attribute is null or placed.customer_id is not null
