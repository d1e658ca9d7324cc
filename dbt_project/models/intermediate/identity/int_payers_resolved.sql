-- Grain: one row per ERP account, with the account that is billed for it in the end.
-- Who is billed through another is followed to the last; a circle is broken at its
-- smallest account, as one of parents is. A payer nobody delivered pays for nobody.
with recursive

accounts as (
    select *
    from {{ ref('int_customer_accounts_unioned') }}
    where source_system = 'erp'
),

parties as (
    select source_customer_id
    from {{ ref('int_parties_resolved') }}
    where source_system = 'erp'
),

pointers as (
    select
        accounts.source_customer_id,
        accounts.bill_to_source_customer_id as payer_source_customer_id
    from accounts
    inner join parties
        on accounts.bill_to_source_customer_id = parties.source_customer_id
    where accounts.bill_to_source_customer_id != accounts.source_customer_id
),

walks (source_customer_id, reached_source_customer_id, path) as (
    select
        source_customer_id,
        payer_source_customer_id,
        [source_customer_id]
    from pointers
    union all
    select
        walks.source_customer_id,
        pointers.payer_source_customer_id,
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
            as payer_source_customer_id
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
    coalesce(tops.payer_source_customer_id, parties.source_customer_id)
        as payer_source_customer_id,
    case
        when circles.head_source_customer_id = parties.source_customer_id
            then
                array_to_string(circles.members, ' > ') || ' > '
                || parties.source_customer_id
    end as bill_to_circle
from parties
left join tops using (source_customer_id)
left join circles using (source_customer_id)
