-- Grain: one row per customer, with the attributes that survive of its accounts.
-- A value comes from the highest source, there from the oldest account that has it; an
-- address survives as a block; a flag is true if any account has it.
with

resolved as (select * from {{ ref('int_customers_resolved') }}),

accounts as (select * from {{ ref('int_customer_accounts_unioned') }}),

ranked_accounts as (
    select
        resolved.customer_id,
        source_system,
        accounts.* exclude (source_system, source_customer_id),
        row_number() over (
            partition by resolved.customer_id
            order by
                accounts.source_rank nulls last,
                accounts.opened_date nulls last,
                resolved.source_system,
                resolved.source_customer_id
        ) as account_rank
    from resolved
    left join accounts using (source_system, source_customer_id)
    where resolved.source_system in ('erp', 'crm', 'tms')
),

parents as (
    select
        ranked_accounts.customer_id,
        arg_min(resolved.customer_id, ranked_accounts.account_rank)
            as parent_customer_id
    from ranked_accounts
    inner join resolved
        on
            ranked_accounts.source_system = resolved.source_system
            and ranked_accounts.parent_source_customer_id
            = resolved.source_customer_id
    where ranked_accounts.customer_id != resolved.customer_id
    group by all
),

address_blocks as (
    select
        customer_id,
        country_code,
        region_name,
        city_name,
        postal_code
    from ranked_accounts
    where country_code is not null
    qualify row_number() over (
        partition by customer_id
        order by account_rank
    ) = 1
),

survivors as (
    select
        customer_id,
        {{ survivor('customer_name') }},
        {{ survivor('party_type') }},
        {{ survivor('business_unit') }},
        {{ survivor('entity_code') }},
        {{ survivor('channel_code') }},
        {{ survivor('industry_code') }},
        coalesce(bool_or(is_strategic), false) as is_strategic,
        coalesce(bool_or(is_intercompany), false) as is_intercompany,
        coalesce(bool_or(is_credit_hold), false) as is_credit_hold,
        coalesce(bool_or(is_government), false) as is_government,
        coalesce(bool_or(is_regulated), false) as is_regulated,
        count(*) as identifier_count,
        min(opened_date) as opened_date
    from ranked_accounts
    group by customer_id
)

select
    customer_id,
    coalesce(survivors.customer_name, customer_id) as customer_name,
    parents.parent_customer_id,
    survivors.party_type,
    survivors.business_unit,
    survivors.entity_code,
    survivors.channel_code,
    survivors.industry_code,
    address_blocks.country_code,
    address_blocks.region_name,
    address_blocks.city_name,
    address_blocks.postal_code,
    survivors.is_strategic,
    survivors.is_intercompany,
    survivors.is_credit_hold,
    survivors.is_government,
    survivors.is_regulated,
    survivors.identifier_count,
    survivors.opened_date
from survivors
left join address_blocks using (customer_id)
left join parents using (customer_id)
