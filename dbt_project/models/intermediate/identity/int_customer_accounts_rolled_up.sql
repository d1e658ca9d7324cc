-- Grain: one row per ERP account, with the party its orders count for.
-- Where a company's orders name who receives the goods, the account that is billed (or
-- the parent account of a ship-to) is the customer; else the account itself is.
with

accounts as (
    select *
    from {{ ref('int_customer_accounts_unioned') }}
    where source_system = 'erp'
),

parties as (
    select
        source_customer_id,
        customer_id
    from {{ ref('int_parties_resolved') }}
    where source_system = 'erp'
),

deliveries as (select * from {{ ref('stg_refresh__deliveries') }}),

order_deliveries as (
    select arg_max(customer_key_code, delivery_sequence) as customer_key_code
    from deliveries
    where table_name = 'erp__order_lines'
),

pointed as (
    select
        parties.source_customer_id,
        parties.customer_id as party_customer_id,
        case order_deliveries.customer_key_code
            when 'bill_to' then accounts.bill_to_source_customer_id
            when 'ship_to' then accounts.parent_source_customer_id
        end as rolled_up_source_customer_id
    from parties
    cross join order_deliveries
    left join accounts using (source_customer_id)
)

select
    pointed.source_customer_id,
    pointed.party_customer_id,
    coalesce(targets.customer_id, pointed.party_customer_id) as customer_id
from pointed
left join parties as targets
    on pointed.rolled_up_source_customer_id = targets.source_customer_id
