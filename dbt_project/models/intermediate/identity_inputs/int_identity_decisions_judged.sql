-- Grain: one row per decision a steward gave.
-- Of two decisions on a pair the later counts; of two contrary ones of one day neither
-- does. A decision that has no effect says why.
with

decisions as (select * from {{ ref('policy_identity_decisions') }}),

records as (select * from {{ ref('int_identity_records_unioned') }}),

keyed as (
    select
        decision,
        from_system || ':' || from_id as from_key,
        to_system || ':' || to_id as to_key,
        decided_on as decided_date,
        decided_by,
        reason,
        valid_to as valid_to_date,
        decision = 'must_merge' as is_merging
    from decisions
),

paired as (
    select
        *,
        decided_date <= {{ as_of_date() }}
        and coalesce(valid_to_date > {{ as_of_date() }}, true) as is_in_time
    from keyed
),

ranked as (
    select
        *,
        max(decided_date) over pair as last_decided_date,
        bool_and(is_merging) over same_day
        or bool_and(not is_merging) over same_day as is_of_one_mind,
        row_number() over (
            partition by least(from_key, to_key), greatest(from_key, to_key)
            order by
                is_in_time desc, decided_date desc, decision, reason,
                decided_by, from_key, to_key, valid_to_date
        ) as pair_rank
    from paired
    window
        pair as (
            partition by
                least(from_key, to_key), greatest(from_key, to_key), is_in_time
        ),
        same_day as (
            partition by
                least(from_key, to_key), greatest(from_key, to_key), is_in_time,
                decided_date
        )
)

select
    ranked.decision,
    ranked.from_key,
    ranked.to_key,
    ranked.decided_date,
    ranked.decided_by,
    ranked.reason,
    ranked.valid_to_date,
    case
        when ranked.decided_date > {{ as_of_date() }} then 'not_yet_in_force'
        when not ranked.is_in_time then 'expired'
        when ranked.from_key = ranked.to_key then 'same_identifier'
        when
            linked_from.identifier_key is null or linked_to.identifier_key is null
            then 'unknown_identifier'
        when ranked.decided_date < ranked.last_decided_date then 'superseded'
        when not ranked.is_of_one_mind then 'contradicted'
        when ranked.pair_rank > 1 then 'repeated'
        else 'in_force'
    end as decision_status
from ranked
left join records as linked_from on ranked.from_key = linked_from.identifier_key
left join records as linked_to on ranked.to_key = linked_to.identifier_key
