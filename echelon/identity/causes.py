"""Why did identifiers go from one customer id to another?"""

import duckdb
import pandas as pd

from echelon.identity.persistence import IdAssignment

# Where several links speak for a change the strongest is named: a steward, then
# declared rules by their priority, then matches by their probability.
_CAUSES_SQL = """
    with evidence as (
        select
            from_key, to_key, decision = 'must_merge' as is_joining, 0 as weakness,
            'steward ' || decided_by || ': ' || decision || ', ' || reason as text
        from intermediate.int_identity_decisions_in_force
        union all
        select
            from_key, to_key, true, rule_priority, 'rule ' || match_rule
        from intermediate.int_identity_links_declared
        where is_accepted
        union all
        select
            from_key, to_key, true, 1001 - match_probability,
            'rule ' || match_rule || ', probability '
            || cast(match_probability as decimal(9, 6))
        from match_pairs
        where decision = 'merged'
    ),

    both_ways as (
        from evidence
        union all by name
        select to_key as from_key, from_key as to_key, is_joining, weakness, text
        from evidence
    ),

    speaking as (
        select
            moved.former_customer_id,
            moved.customer_id,
            arg_min(text, (not is_joining, weakness, text)) as cause
        from assigned_ids as moved
        inner join both_ways on moved.identifier_key = both_ways.from_key
        inner join assigned_ids as others on both_ways.to_key = others.identifier_key
        where
            moved.former_customer_id <> moved.customer_id
            and case
                when is_joining
                    then others.customer_id = moved.customer_id
                    and others.former_customer_id
                    is distinct from moved.former_customer_id
                else others.customer_id = moved.former_customer_id
            end
        group by all
    )

    select
        events.*,
        case
            when events.event_type = 'created' and exists (
                from assigned_ids
                where customer_id = events.to_customer_id
                and former_customer_id is not null
            ) then 'part of a former customer'
            when events.event_type = 'created' then 'first seen'
            when events.event_type = 'returned'
                then 'delivered again after its id was given up'
            else coalesce(speaking.cause, 'no link holds the parts together any more')
        end as cause
    from id_events as events
    left join speaking
        on events.from_customer_id = speaking.former_customer_id
        and events.to_customer_id = speaking.customer_id
    order by all
"""


def explain_events(
    connection: duckdb.DuckDBPyConnection, assignment: IdAssignment
) -> pd.DataFrame:
    """Add to each event of customer ids the strongest evidence that speaks for it.

    Args:
        connection: Holds the declared links and decisions in force, as dbt built
            them, and the table or view ``match_pairs``.
        assignment: Ids and events of this refresh.

    Returns:
        The events with a column ``cause``, in a fixed order.
    """
    connection.register("assigned_ids", assignment.customer_ids)
    connection.register("id_events", assignment.events)
    explained: pd.DataFrame = connection.execute(_CAUSES_SQL).df()
    connection.unregister("assigned_ids")
    connection.unregister("id_events")
    return explained
