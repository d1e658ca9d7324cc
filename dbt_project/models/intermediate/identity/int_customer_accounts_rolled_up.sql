-- Grain: one row per ERP account, with the party its orders count for.
-- Where a company's orders name who receives the goods, the account that is billed (or
-- the parent account of a ship-to) is the customer; else the account itself is. Who is
-- billed through another is followed to the last; a circle is broken at its smallest
-- account, as one of parents is. An account that is the parent of others is no ship-to:
-- its own parent is a holding, which orders do not count for.
with recursive

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

declared_level as (select * from {{ ref('int_customer_level_declared') }}),

parent_accounts as (
    select distinct parent_source_customer_id as source_customer_id
    from accounts
    where parent_source_customer_id != source_customer_id
),

stated as (
    select
        accounts.source_customer_id,
        case
            when declared_level.customer_key_code = 'bill_to'
                then accounts.bill_to_source_customer_id
            when
                declared_level.customer_key_code = 'ship_to'
                and parent_accounts.source_customer_id is null
                then accounts.parent_source_customer_id
        end as next_source_customer_id
    from accounts
    cross join declared_level
    left join parent_accounts using (source_customer_id)
),

pointers as (
    select
        stated.source_customer_id,
        stated.next_source_customer_id
    from stated
    inner join parties
        on stated.next_source_customer_id = parties.source_customer_id
    where stated.next_source_customer_id != stated.source_customer_id
),

walks (source_customer_id, reached_source_customer_id, path) as (
    select
        source_customer_id,
        next_source_customer_id,
        [source_customer_id]
    from pointers
    union all
    select
        walks.source_customer_id,
        pointers.next_source_customer_id,
        list_append(walks.path, walks.reached_source_customer_id)
    from walks
    inner join pointers
        on walks.reached_source_customer_id = pointers.source_customer_id
    where not list_contains(walks.path, walks.reached_source_customer_id)
),

circles as (
    select
        source_customer_id,
        path as members,
        list_min(path) as head_source_customer_id
    from walks
    where reached_source_customer_id = source_customer_id
),

tops as (
    select
        walks.source_customer_id,
        coalesce(circles.head_source_customer_id, walks.reached_source_customer_id)
            as top_source_customer_id
    from walks
    left join circles
        on walks.reached_source_customer_id = circles.source_customer_id
    qualify row_number() over (
        partition by walks.source_customer_id
        order by len(walks.path) desc
    ) = 1
)

select
    parties.source_customer_id,
    parties.customer_id as party_customer_id,
    coalesce(top_parties.customer_id, parties.customer_id) as customer_id,
    case
        when circles.head_source_customer_id = parties.source_customer_id
            then
                array_to_string(circles.members, ' > ') || ' > '
                || parties.source_customer_id
    end as bill_to_circle
from parties
left join tops using (source_customer_id)
left join parties as top_parties
    on tops.top_source_customer_id = top_parties.source_customer_id
left join circles on parties.source_customer_id = circles.source_customer_id
