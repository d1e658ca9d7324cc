-- Grain: one row per source system and identifier, with its persistent party.
-- An identifier that stands alone is surely itself.
with

records as (select * from {{ ref('int_identity_records_unioned') }}),

clusters as (select * from {{ ref('stg_identity__clusters') }}),

customer_ids as (select * from {{ ref('stg_identity__customer_ids') }})

select
    identifier_key,
    records.source_system,
    records.source_customer_id,
    customer_ids.customer_id,
    clusters.match_rule,
    cast(coalesce(clusters.match_probability, 1) as decimal(9, 8)) as match_probability,
    records.opened_date
from records
inner join clusters using (identifier_key)
inner join customer_ids using (identifier_key)
