-- Grain: one row.
-- Held against the history itself, not against what the step says the former ids were.
with

former_holders as (
    select
        source_system || ':' || source_customer_id as identifier_key,
        customer_id as from_customer_id
    from raw.previous_customer_identifiers
    qualify row_number() over (
        partition by source_system, source_customer_id
        order by valid_from_date desc, recorded_at desc
    ) = 1
),

changes as (
    select
        former_holders.from_customer_id,
        customer_id as to_customer_id,
        count(*) as identifier_count
    from identity.customer_ids
    inner join former_holders using (identifier_key)
    where customer_id <> former_holders.from_customer_id
    group by all
),

said as (
    select
        from_customer_id,
        to_customer_id,
        sum(identifier_count) as identifier_count
    from identity.events
    where from_customer_id is not null
    group by all
)

select
    (select count(*) from identity.customer_ids) as examined_row_count,
    (
        select count(*)
        from changes
        anti join said using (from_customer_id, to_customer_id, identifier_count)
    ) as silent_change_count,
    (
        select count(*)
        from said
        anti join changes using (from_customer_id, to_customer_id, identifier_count)
    ) as untrue_event_count,
    (
        select count(*)
        from identity.events
        where
            event_type = 'created'
            and to_customer_id in (
                select customer_id from raw.previous_customer_identifiers
            )
    ) as reused_id_count,
    (
        select count(*)
        from (
            select distinct customer_id
            from identity.customer_ids
            where
                customer_id not in (
                    select customer_id from raw.previous_customer_identifiers
                )
                and customer_id not in (
                    select to_customer_id
                    from identity.events
                    where event_type = 'created'
                )
        )
    ) as unannounced_id_count,
    (select count(*) from identity.events where cause is null) as causeless_event_count
