-- Grain: one row per customer.
-- The entity with most of the customer's order lines, else that of its ERP account,
-- bears its service and sales effort where the source does not name an entity.
with

order_lines as (select * from {{ ref('int_order_lines_converted') }}),

masters as (select * from {{ ref('stg_erp__customers') }}),

accounts as (
    select * from {{ ref('int_customers_resolved') }}
    where source_system = 'erp'
),

entities as (
    select
        customer_id,
        entity_code,
        count(*) as line_count
    from order_lines
    group by all
    union all
    select
        accounts.customer_id,
        masters.entity_code,
        0 as line_count
    from accounts
    inner join masters on accounts.source_customer_id = masters.customer_id
    where masters.entity_code is not null
)

select
    customer_id,
    entity_code
from entities
qualify row_number() over (
    partition by customer_id order by line_count desc, entity_code
) = 1
