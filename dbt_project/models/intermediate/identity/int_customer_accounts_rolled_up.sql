-- Grain: one row per ERP account, with the party its orders count for.
-- Where a company's orders name who receives the goods, the account that is billed (or
-- the parent account of a ship-to) is the customer; else the account itself is. An
-- account that is the parent of others is no ship-to: its own parent is a holding, for
-- which orders do not count.
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

payers as (select * from {{ ref('int_payers_resolved') }}),

declared_level as (select * from {{ ref('int_customer_level_declared') }}),

parent_accounts as (
    select distinct parent_source_customer_id as source_customer_id
    from accounts
    where parent_source_customer_id != source_customer_id
),

counting_accounts as (
    select
        payers.source_customer_id,
        case declared_level.customer_key_code
            when 'bill_to' then payers.payer_source_customer_id
            when 'ship_to'
                then case
                    when parent_accounts.source_customer_id is null
                        then accounts.parent_source_customer_id
                end
        end as counting_source_customer_id
    from payers
    cross join declared_level
    left join accounts using (source_customer_id)
    left join parent_accounts using (source_customer_id)
)

select
    parties.source_customer_id,
    parties.customer_id as party_customer_id,
    coalesce(counting_parties.customer_id, parties.customer_id) as customer_id
from parties
inner join counting_accounts using (source_customer_id)
left join parties as counting_parties
    on
        counting_accounts.counting_source_customer_id
        = counting_parties.source_customer_id
