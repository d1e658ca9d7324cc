-- Grain: one row per customer and parent that one of its accounts names.
-- The first in the order of the systems' priority, then the one of the oldest account,
-- counts; a further one is an error that is shown. A parent a steward decided stands
-- instead of all of them; who is decided to be its own parent has none.
with

resolved as (select * from {{ ref('int_parties_resolved') }}),

accounts as (select * from {{ ref('int_customer_accounts_unioned') }}),

survivorship as (
    select system_priority
    from {{ in_force(ref('policy_survivorship'), ['attribute']) }}
    where attribute = 'parent_customer_id'
),

decisions as (
    select
        entity_key as customer_id,
        chosen_value as parent_customer_id
    from {{ ref('int_master_decisions_in_force') }}
    where
        entity_type = 'customer'
        and attribute = 'parent_customer_id'
        and is_effective
),

named_parents as (
    select
        children.customer_id,
        parents.customer_id as parent_customer_id,
        accounts.source_system,
        accounts.source_customer_id,
        accounts.opened_date,
        list_position(
            string_split(survivorship.system_priority, ' '), accounts.source_system
        ) as system_rank
    from accounts
    inner join resolved as children using (source_system, source_customer_id)
    inner join resolved as parents
        on
            accounts.source_system = parents.source_system
            and accounts.parent_source_customer_id = parents.source_customer_id
    cross join survivorship
    left join decisions on children.customer_id = decisions.customer_id
    where
        children.customer_id != parents.customer_id
        and decisions.customer_id is null
    union all
    select
        customer_id,
        parent_customer_id,
        'steward' as source_system,
        cast(null as varchar) as source_customer_id,
        cast(null as date) as opened_date,
        1 as system_rank
    from decisions
    where customer_id != parent_customer_id
),

parents_named_once as (
    select *
    from named_parents
    qualify row_number() over (
        partition by customer_id, parent_customer_id
        order by
            system_rank nulls last, opened_date nulls last,
            source_system, source_customer_id
    ) = 1
)

select
    customer_id,
    parent_customer_id,
    source_system,
    source_customer_id,
    row_number() over (
        partition by customer_id
        order by
            system_rank nulls last, opened_date nulls last,
            source_system, source_customer_id
    ) as parent_rank
from parents_named_once
