-- Grain: one row per customer, with the attributes that survive of its accounts.
-- One is rolled up where everything it does counts for another customer.
with

resolved as (select * from {{ ref('int_parties_resolved') }}),

golden_values as (
    select
        entity_key as customer_id,
        attribute,
        chosen_value
    from {{ ref('int_master_values_chosen') }}
    where entity_type = 'customer' and chosen_from != 'ineffective'
),

parents as (select * from {{ ref('int_customer_parents_resolved') }}),

counting_customers as (
    select distinct customer_id
    from {{ ref('int_customers_resolved') }}
),

customers as (
    select
        customer_id,
        count(*) as identifier_count,
        min(opened_date) as opened_date
    from resolved
    group by customer_id
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
        {{ survivor('country_code') }},
        {{ survivor('region_name') }},
        {{ survivor('city_name') }},
        {{ survivor('postal_code') }},
        {{ survivor('is_strategic') }},
        {{ survivor('is_intercompany') }},
        {{ survivor('is_credit_hold') }},
        {{ survivor('is_government') }},
        {{ survivor('is_regulated') }}
    from golden_values
    group by customer_id
)

select
    customer_id,
    coalesce(survivors.customer_name, customer_id) as customer_name,
    parents.parent_customer_id,
    coalesce(parents.root_customer_id, customer_id) as root_customer_id,
    survivors.party_type,
    survivors.business_unit,
    survivors.entity_code,
    survivors.channel_code,
    survivors.industry_code,
    survivors.country_code,
    survivors.region_name,
    survivors.city_name,
    survivors.postal_code,
    coalesce(survivors.is_strategic = 'true', false) as is_strategic,
    coalesce(survivors.is_intercompany = 'true', false) as is_intercompany,
    coalesce(survivors.is_credit_hold = 'true', false) as is_credit_hold,
    coalesce(survivors.is_government = 'true', false) as is_government,
    coalesce(survivors.is_regulated = 'true', false) as is_regulated,
    customers.identifier_count,
    counting_customers.customer_id is null as is_rolled_up,
    customers.opened_date
from customers
left join counting_customers using (customer_id)
left join survivors using (customer_id)
left join parents using (customer_id)
