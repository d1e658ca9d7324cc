-- Grain: one row per customer.
-- The entity with most of the customer's order lines bears its service and sales
-- effort where the source does not name an entity.
with

order_lines as (select * from {{ ref('int_order_lines_converted') }})

select
    customer_id,
    entity_code
from order_lines
group by customer_id, entity_code
qualify row_number() over (
    partition by customer_id order by count(*) desc, entity_code
) = 1
