-- Grain: one row per account, error and chain it leads into.
-- A circle, of parents or of who is billed, is shown on the member it is broken at; a
-- second parent is shown with the one that counts. A parent or payer nobody delivered
-- is named as the source does, since it is no customer.
with

declared as (select * from {{ ref('int_customer_parents_declared') }}),

resolved as (select * from {{ ref('int_customer_parents_resolved') }}),

accounts as (select * from {{ ref('int_customer_accounts_unioned') }}),

parties as (select * from {{ ref('int_parties_resolved') }}),

payers as (select * from {{ ref('int_payers_resolved') }}),

named_accounts as (
    select
        source_system,
        source_customer_id,
        parent_source_customer_id as named_source_customer_id
    from accounts
    union
    select
        source_system,
        source_customer_id,
        bill_to_source_customer_id as named_source_customer_id
    from accounts
),

unknown_accounts as (
    select named_accounts.*
    from named_accounts
    left join parties
        on
            named_accounts.source_system = parties.source_system
            and named_accounts.named_source_customer_id = parties.source_customer_id
    where
        named_accounts.named_source_customer_id is not null
        and parties.source_customer_id is null
),

first_parents as (
    select * from declared
    where parent_rank = 1
)

select
    resolved.customer_id,
    'circle' as error_code,
    resolved.parent_circle as parent_chain,
    cast(null as varchar) as kept_parent_customer_id,
    first_parents.parent_customer_id as dropped_parent_customer_id,
    first_parents.source_system,
    first_parents.source_customer_id
from resolved
inner join first_parents using (customer_id)
where resolved.parent_circle is not null and resolved.parent_customer_id is null
union all
select
    declared.customer_id,
    'two_parents' as error_code,
    declared.customer_id || ' > ' || declared.parent_customer_id as parent_chain,
    first_parents.parent_customer_id as kept_parent_customer_id,
    declared.parent_customer_id as dropped_parent_customer_id,
    declared.source_system,
    declared.source_customer_id
from declared
inner join first_parents using (customer_id)
where declared.parent_rank > 1
union all
select
    billed.customer_id,
    'bill_to_circle' as error_code,
    payers.bill_to_circle as parent_chain,
    cast(null as varchar) as kept_parent_customer_id,
    paying.customer_id as dropped_parent_customer_id,
    accounts.source_system,
    source_customer_id
from payers
inner join accounts using (source_customer_id)
inner join parties as billed using (source_system, source_customer_id)
inner join parties as paying
    on
        accounts.source_system = paying.source_system
        and accounts.bill_to_source_customer_id = paying.source_customer_id
where accounts.source_system = 'erp' and payers.bill_to_circle is not null
union all
select
    parties.customer_id,
    'unknown_account' as error_code,
    source_customer_id || ' > ' || unknown_accounts.named_source_customer_id
        as parent_chain,
    cast(null as varchar) as kept_parent_customer_id,
    cast(null as varchar) as dropped_parent_customer_id,
    source_system,
    source_customer_id
from unknown_accounts
inner join parties using (source_system, source_customer_id)
