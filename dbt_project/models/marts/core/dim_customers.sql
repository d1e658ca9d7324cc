-- Grain: one row per customer id ever given; a merged id names its successor.
with

customers as (select * from {{ ref('int_customer_masters_survived') }}),

orders as (select * from {{ ref('int_orders_aggregated') }}),

identifiers as (select * from {{ ref('dim_customer_identifiers') }}),

assignments as (select * from {{ ref('stg_segmentation__assignments') }}),

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
    qualify row_number() over (
        partition by source_system, source_customer_id
        order by valid_from_date desc, recorded_at desc
    ) = 1
),

-- A retired id is succeeded by the customer that now holds most of its identifiers.
successions as (
    select
        identifiers.customer_id,
        current_identifiers.customer_id as successor_customer_id,
        count(*) as identifier_count
    from identifiers
    inner join current_identifiers using (source_system, source_customer_id)
    left join customers on identifiers.customer_id = customers.customer_id
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
        order by identifier_count desc, successor_customer_id
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
    customers.customer_name,
    customers.parent_customer_id,
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
    customers.is_strategic,
    customers.is_intercompany,
    customers.is_credit_hold,
    customers.is_government,
    customers.is_regulated,
    customers.identifier_count,
    first_orders.first_order_date,
    assignments.segment_code
from held_ids
inner join customers on held_ids.master_customer_id = customers.customer_id
left join first_orders on held_ids.customer_id = first_orders.customer_id
left join assignments on held_ids.customer_id = assignments.customer_id
