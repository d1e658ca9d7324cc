-- Grain: one row per landing table that names customers: the order lines.
-- The mapping says whom a company's orders name; their last delivery counts.
with

deliveries as (select * from {{ ref('stg_refresh__deliveries') }})

select
    'erp__order_lines' as table_name,
    arg_max(
        customer_key_code, (delivery_sequence, delivery_id, source_file)
    ) as customer_key_code
from deliveries
where table_name = 'erp__order_lines'
