-- Grain: one row per source system and identifier, with its persistent customer.
with

components as (select * from {{ ref('int_customer_components_connected') }}),

customer_ids as (select * from {{ ref('int_customer_ids_inherited') }})

select
    components.source_system,
    components.source_customer_id,
    customer_ids.customer_id,
    components.match_rule,
    cast(components.match_probability as decimal(9, 8)) as match_probability,
    components.opened_date
from components
inner join customer_ids using (component_key)
