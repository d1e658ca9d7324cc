-- Grain: one row per customer id ever given; a merged id names its successor.
-- A customer none of whose identifiers is delivered any more stays, inactive.
with

customers as (select * from {{ ref('int_customer_masters_survived') }}),

orders as (select * from {{ ref('int_orders_aggregated') }}),

identifiers as (select * from {{ ref('dim_customer_identifiers') }}),

history as (select * from {{ ref('fct_identifier_history') }}),

assignments as (select * from {{ ref('stg_segmentation__assignments') }}),

levels as (select * from {{ ref('int_customer_levels_resolved') }}),

first_orders as (
    select
        customer_id,
        min(order_date) as first_order_date
    from orders
    where is_order
    group by all
),

current_identifiers as (
    select
        source_system,
        source_customer_id,
        customer_id
    from identifiers
    where is_current
),

-- As recorded, not as known now: an id that went on the day it came has no interval
-- left, but was given.
held_identifiers as (
    select distinct
        source_system,
        source_customer_id,
        customer_id
    from history
),

-- A retired id is succeeded by the customer that now holds most of its identifiers.
successions as (
    select
        held_identifiers.customer_id,
        successors.customer_id as successor_customer_id,
        count(*) as identifier_count
    from held_identifiers
    inner join current_identifiers using (source_system, source_customer_id)
    left join customers as successors
        on current_identifiers.customer_id = successors.customer_id
    left join customers on held_identifiers.customer_id = customers.customer_id
    where customers.customer_id is null
    group by all
),

retired_customers as (
    select
        customer_id,
        successor_customer_id
    from successions
    qualify row_number() over (
        partition by customer_id
        order by
            successor_customer_id is null,
            identifier_count desc,
            successor_customer_id
    ) = 1
),

held_ids as (
    select
        customer_id,
        customer_id as master_customer_id,
        null as successor_customer_id
    from customers
    union all
    select
        customer_id,
        successor_customer_id as master_customer_id,
        successor_customer_id
    from retired_customers
)

select
    held_ids.customer_id,
    coalesce(customers.customer_name, held_ids.customer_id) as customer_name,
    customers.parent_customer_id,
    customers.root_customer_id,
    levels.segmented_customer_id,
    held_ids.successor_customer_id,
    customers.party_type,
    customers.business_unit,
    customers.entity_code,
    customers.channel_code,
    customers.industry_code,
    customers.country_code,
    customers.region_name,
    customers.city_name,
    customers.postal_code,
    coalesce(customers.is_strategic, false) as is_strategic,
    coalesce(customers.is_intercompany, false) as is_intercompany,
    coalesce(customers.is_credit_hold, false) as is_credit_hold,
    coalesce(customers.is_government, false) as is_government,
    coalesce(customers.is_regulated, false) as is_regulated,
    coalesce(customers.identifier_count, 0) as identifier_count,
    first_orders.first_order_date,
    assignments.segment_code,
    held_ids.successor_customer_id is null and customers.customer_id is not null
        as is_active
from held_ids
left join customers on held_ids.master_customer_id = customers.customer_id
left join first_orders on held_ids.customer_id = first_orders.customer_id
left join levels on held_ids.customer_id = levels.customer_id
left join assignments on levels.segmented_customer_id = assignments.customer_id
