-- Grain: one row per customer (party), with the customer its figures stand under.
-- A party whose accounts are billed through different ones stands under the one most of
-- its identifiers lead to.
with

parties as (select * from {{ ref('int_parties_resolved') }}),

resolved as (select * from {{ ref('int_customers_resolved') }}),

shares as (
    select
        parties.customer_id,
        resolved.customer_id as segmented_customer_id,
        count(*) as identifier_count
    from parties
    inner join resolved using (source_system, source_customer_id)
    group by all
)

select
    customer_id,
    segmented_customer_id
from shares
qualify row_number() over (
    partition by customer_id
    order by identifier_count desc, segmented_customer_id
) = 1
