-- Grain: one row per pair of identifiers and rule that were compared in this release.
with

pairs as (select * from {{ ref('stg_identity__pairs') }}),

parties as (select * from {{ ref('int_parties_resolved') }})

select
    pairs.from_key,
    pairs.to_key,
    pairs.match_rule,
    pairs.pair_decision,
    pairs.reason,
    pairs.match_weight,
    pairs.match_probability,
    pairs.comparison_json,
    from_parties.customer_id as from_customer_id,
    to_parties.customer_id as to_customer_id,
    from_parties.customer_id = to_parties.customer_id as is_same_customer
from pairs
inner join parties as from_parties on pairs.from_key = from_parties.identifier_key
inner join parties as to_parties on pairs.to_key = to_parties.identifier_key
