-- Grain: one row.
-- Two tax ids in one cluster are an error unless somebody declared the records one: a
-- steward, or a source's own reference between records of different tax ids.
with

members as (
    select
        clusters.cluster_key,
        identifier_key,
        nullif(
            regexp_replace(upper(records.tax_id), '[^A-Z0-9]', '', 'g'), ''
        ) as tax_key
    from identity.clusters
    inner join intermediate.int_identity_records_unioned as records
        using (identifier_key)
),

declared as (
    select
        from_key,
        to_key
    from intermediate.int_identity_decisions_in_force
    where decision = 'must_merge'
    union
    select
        from_key,
        to_key
    from intermediate.int_identity_links_declared
    where is_accepted
),

excused_clusters as (
    select distinct one.cluster_key
    from declared
    inner join members as one on declared.from_key = one.identifier_key
    inner join members as other on declared.to_key = other.identifier_key
    where one.tax_key <> other.tax_key
),

conflicting_clusters as (
    select cluster_key
    from members
    anti join excused_clusters using (cluster_key)
    group by cluster_key
    having count(distinct tax_key) > 1
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
    (select count(*) from conflicting_clusters) as conflicting_tax_cluster_count,
    (select count(*) from decided where is_merging <> is_merged)
        as broken_decision_count
