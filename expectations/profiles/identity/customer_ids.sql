-- Grain: one row.
select
    count(*) as examined_row_count,
    count(*) - count(distinct identifier_key) as repeated_identifier_count,
    count(*) filter (where customer_id is null) as customerless_identifier_count,
    (
        select count(*)
        from intermediate.int_identity_records_unioned
        anti join identity.customer_ids using (identifier_key)
    ) as lost_identifier_count,
    (
        select count(*)
        from identity.customer_ids
        anti join intermediate.int_identity_records_unioned using (identifier_key)
    ) as unknown_identifier_count,
    (
        select count(*)
        from (
            select cluster_key
            from identity.clusters
            inner join identity.customer_ids using (identifier_key)
            group by cluster_key
            having count(distinct customer_id) > 1
        )
    ) as divided_cluster_count
from identity.customer_ids
