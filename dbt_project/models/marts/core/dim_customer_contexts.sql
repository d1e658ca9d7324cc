-- Grain: one row per customer.
-- Where the customer is, in one spelling, and what third parties that can be relied on
-- say of it: of several sources the one with the best score.
with

customers as (select * from {{ ref('int_customers_resolved') }}),

choices as (
    select * from {{ ref('int_master_values_chosen') }}
    where entity_type = 'customer' and chosen_from != 'ineffective'
),

matches as (select * from {{ ref('int_external_values_matched') }}),

scores as (
    select * from {{ ref('int_external_sources_scored') }}
    where verdict = 'use'
),

places as (
    select
        entity_key as customer_id,
        max(chosen_value) filter (where attribute = 'country_code') as country_code,
        max(chosen_value) filter (where attribute = 'region_name') as region_name,
        max(chosen_value) filter (where attribute = 'zone_code') as zone_code
    from choices
    group by entity_key
),

best_matches as (
    select
        table_name,
        matches.customer_id,
        source_name,
        matches.external_value
    from matches
    inner join scores using (table_name, source_name)
    qualify row_number() over (
        partition by table_name, matches.customer_id
        order by scores.score_ratio desc, source_name
    ) = 1
),

third_parties as (
    select
        customer_id,
        max(external_value) filter (where table_name = 'ext__industries')
            as external_industry_code,
        max(source_name) filter (where table_name = 'ext__industries')
            as external_industry_source,
        max(external_value) filter (where table_name = 'ext__geo_risks')
            as geo_risk_score,
        max(source_name) filter (where table_name = 'ext__geo_risks')
            as geo_risk_source
    from best_matches
    group by customer_id
),

ids as (select distinct customer_id from customers)

select
    customer_id,
    places.country_code,
    places.region_name,
    places.zone_code,
    third_parties.external_industry_code,
    third_parties.external_industry_source,
    cast(third_parties.geo_risk_score as decimal(18, 4)) as geo_risk_score,
    third_parties.geo_risk_source
from ids
left join places using (customer_id)
left join third_parties using (customer_id)
