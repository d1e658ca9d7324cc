-- Grain: one row per component, with the customer id it keeps or is given.
-- Each former customer follows most of its identifiers (a split keeps the larger part);
-- of several former customers in one component the oldest stays (a merge). A new id
-- hashes the smallest identifier and the number of ids that identifier has had before,
-- so an id is never used twice.
with

components as (select * from {{ ref('int_customer_components_connected') }}),

history as (
    select
        *,
        source_system || ':' || source_customer_id as identifier_key
    from {{ ref('stg_refresh__previous_customer_identifiers') }}
),

current_identifiers as (
    select
        identifier_key,
        customer_id
    from history
    qualify row_number() over (
        partition by identifier_key
        order by valid_from_date desc, recorded_at desc
    ) = 1
),

former_customers as (
    select
        customer_id,
        min(valid_from_date) as first_valid_from_date
    from history
    group by all
),

shared_identifiers as (
    select
        components.component_key,
        current_identifiers.customer_id,
        count(*) as shared_identifier_count
    from components
    inner join current_identifiers using (identifier_key)
    group by all
),

claims as (
    select
        component_key,
        customer_id,
        shared_identifier_count
    from shared_identifiers
    qualify row_number() over (
        partition by customer_id
        order by shared_identifier_count desc, component_key
    ) = 1
),

inherited as (
    select
        claims.component_key,
        claims.customer_id
    from claims
    inner join former_customers using (customer_id)
    qualify row_number() over (
        partition by claims.component_key
        order by
            former_customers.first_valid_from_date,
            claims.shared_identifier_count desc,
            claims.customer_id
    ) = 1
),

former_id_counts as (
    select
        identifier_key as component_key,
        count(distinct customer_id) as id_count
    from history
    group by all
)

select distinct
    components.component_key,
    inherited.customer_id is null as is_new,
    coalesce(
        inherited.customer_id,
        {{ surrogate_key(
            ['components.component_key', 'coalesce(former_id_counts.id_count, 0)'], 'C'
        ) }}
    ) as customer_id
from components
left join inherited using (component_key)
left join former_id_counts using (component_key)
