-- Grain: one row per customer and attribute that has a value.
-- Each attribute survives by its own rule of policy_survivorship, as in force. The
-- members of a block (an address) come from one account together, its gaps included.
-- Ties fall to the system named first, then to the account opened first.
with

resolved as (select * from {{ ref('int_parties_resolved') }}),

account_values as (select * from {{ ref('int_account_values_unpivoted') }}),

survivorship as (
    select * from {{ in_force(ref('policy_survivorship'), ['attribute']) }}
),

customer_values as (
    select
        resolved.customer_id,
        account_values.*,
        coalesce(nullif(survivorship.block_name, ''), attribute) as unit_name,
        survivorship.rule_code,
        list_position(
            string_split(survivorship.system_priority, ' '),
            account_values.source_system
        ) as system_rank
    from account_values
    inner join resolved using (source_system, source_customer_id)
    inner join survivorship using (attribute)
),

candidates as (
    select
        customer_id,
        unit_name,
        rule_code,
        source_system,
        source_customer_id,
        system_rank,
        updated_date,
        opened_date,
        count(*) as filled_count,
        min(attribute_value) as unit_value
    from customer_values
    group by all
),

voted as (
    select
        *,
        count(*) over (partition by customer_id, unit_name, unit_value) as vote_count,
        count(*) over (partition by customer_id, unit_name) as candidate_count
    from candidates
),

survivors as (
    select *
    from voted
    qualify row_number() over (
        partition by customer_id, unit_name
        order by
            case when rule_code = 'most_complete_block' then -filled_count end,
            case when rule_code = 'majority' then -vote_count end,
            case when rule_code = 'most_recent' then updated_date end desc nulls last,
            system_rank nulls last,
            opened_date nulls last,
            source_system,
            source_customer_id
    ) = 1
)

select
    customer_values.customer_id,
    customer_values.attribute,
    customer_values.attribute_value,
    survivors.source_system,
    survivors.source_customer_id,
    survivors.rule_code,
    survivors.updated_date,
    survivors.candidate_count
from customer_values
inner join survivors
    on
        customer_values.customer_id = survivors.customer_id
        and customer_values.unit_name = survivors.unit_name
        and customer_values.source_system = survivors.source_system
        and customer_values.source_customer_id = survivors.source_customer_id
