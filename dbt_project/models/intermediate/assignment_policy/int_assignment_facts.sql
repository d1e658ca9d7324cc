-- Grain: one row per customer.
-- What guards may ask about, as numbers; null where nobody knows.
with

customers as (select * from {{ ref('int_customer_masters_survived') }}),

order_lines as (
    select * from {{ ref('int_order_lines_converted') }}
    where is_net_sales
),

windows as (
    select * from {{ ref('int_feature_windows') }}
    where is_current
),

products as (
    select * from {{ ref('stg_erp__products') }}
    qualify row_number() over (
        partition by product_id
        order by valid_from_date desc
    ) = 1
),

contracts as (select * from {{ ref('stg_crm__contracts') }}),

accounts as (
    select
        source_customer_id as account_id,
        customer_id
    from {{ ref('int_customers_resolved') }}
    where source_system = 'crm'
),

drops as (select * from {{ ref('int_customer_drops_classified') }}),

perishables as (
    select
        order_lines.customer_id,
        {{ ratio(
            'sum(order_lines.net_amount_base_ccy) filter (where products.shelf_life_days'
            ~ ' <= ' ~ threshold('perishable_shelf_life_days') ~ ')',
            'greatest(sum(order_lines.net_amount_base_ccy), 0)'
        ) }} as perishable_sales_ratio
    from order_lines
    inner join windows
        on
            order_lines.order_date
            between windows.window_start_date and windows.as_of_date
    inner join products using (product_id)
    group by order_lines.customer_id
),

clauses as (
    select
        accounts.customer_id,
        count(*) as contract_clause_count
    from contracts
    inner join accounts using (account_id)
    where
        contracts.valid_from_date <= {{ as_of_date() }}
        and coalesce(contracts.valid_to_date > {{ as_of_date() }}, true)
    group by accounts.customer_id
)

select
    customer_id,
    cast(customers.is_strategic as integer) as is_strategic,
    cast(customers.is_regulated as integer) as is_regulated,
    cast(customers.is_government as integer) as is_government,
    cast(coalesce(perishables.perishable_sales_ratio, 0) as double)
        as perishable_sales_ratio,
    case
        when {{ is_available('crm__contracts') }}
            then coalesce(clauses.contract_clause_count, 0)
    end as contract_clause_count,
    drops.drop_class,
    cast(drops.drop_class in ('seasonal', 'one_off') as integer) as is_temporary_drop
from customers
left join perishables using (customer_id)
left join clauses using (customer_id)
left join drops using (customer_id)
