-- Grain: one row.
-- Two values of what may not differ (the tax id of one country, the DUNS number) in one
-- cluster are an error unless a steward put records of that cluster together. The values
-- are those the matcher compared: it knows the countries and the placeholders.
with

members as (
    select
        identifier_key,
        cluster_key
    from identity.clusters
),

excused_clusters as (
    select distinct one.cluster_key
    from intermediate.int_identity_decisions_in_force as decisions
    inner join members as one on decisions.from_key = one.identifier_key
    inner join members as other on decisions.to_key = other.identifier_key
    where
        decisions.decision = 'must_merge'
        and one.cluster_key = other.cluster_key
),

conflicting_clusters as (
    select distinct members.cluster_key
    from members
    inner join identity.vetoes using (identifier_key)
    anti join excused_clusters using (cluster_key)
    group by members.cluster_key, vetoes.kind
    having count(distinct vetoes.value) > 1
),

decided as (
    select
        decisions.decision = 'must_merge' as is_merging,
        one.cluster_key = other.cluster_key as is_merged
    from intermediate.int_identity_decisions_in_force as decisions
    inner join members as one on decisions.from_key = one.identifier_key
    inner join members as other on decisions.to_key = other.identifier_key
)

select
    (select count(*) from members) as examined_row_count,
    (select count(*) from conflicting_clusters) as conflicting_cluster_count,
    (select count(*) from decided where is_merging <> is_merged)
        as broken_decision_count
