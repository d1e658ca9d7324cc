"""What speaks for or against a pair: links, keys, decisions, vetoes, in one shape."""

from dataclasses import dataclass

import duckdb
import pyarrow as pa

from echelon.identity.settings import MatchSettings
from echelon.identity.sql import arrow, run

LINK_COLUMNS = {
    "from_key": pa.string(),
    "to_key": pa.string(),
    "match_rule": pa.string(),
    "rule_priority": pa.int64(),
    "match_probability": pa.float64(),
    "is_accepted": pa.bool_(),
}
DECISION_COLUMNS = {
    "decision": pa.string(),
    "from_key": pa.string(),
    "to_key": pa.string(),
}
# What a record says, each thing once, by the column it comes from; names of
# organisations in any order of words.
WHOLE_RECORD = {
    "name": "name_key",
    "given_name": "given_key",
    "surname": "surname_key",
    "birth_date": "birth_key",
    "person_number": "number_key",
    "tax_id": "tax_key",
    "duns": "duns_key",
    "address_line": "address_key",
    "city": "city_key",
    "region": "region_key",
    "postal_code": "postal_key",
    "country_code": "country_key",
    "phone": "phone_key",
    "email": "email_key",
}
MUST_MERGE = "must_merge"
NEVER_MERGE = ("never_merge", "unmerge")

# Rank of evidence: the stronger joins first and is not undone by the weaker.
RANK_DECISION, RANK_LINK, RANK_KEY, RANK_MODEL = 0, 1, 2, 3


@dataclass(frozen=True)
class Evidence:
    """Arrays over record numbers from 0, in the order of their keys.

    Attributes:
        keys: identifier_key per record.
        sources: source_system per record.
        edges: One row per pair and rule that may merge: record_l, record_r, match_rule,
            rank, priority, match_weight, match_probability, comparison_json,
            objection (what keeps a pair from merging by itself); strongest first.
        vetoes: record, kind, value: values of a kind may not differ in a cluster.
        never: Pairs of records a steward keeps apart.
    """

    keys: list[str]
    sources: list[str]
    edges: pa.Table
    vetoes: pa.Table
    never: list[tuple[int, int]]


def empty_table(columns: dict[str, pa.DataType]) -> pa.Table:
    """Return a table without rows."""
    return pa.table({name: pa.array([], kind) for name, kind in columns.items()})


def gather(
    connection: duckdb.DuckDBPyConnection,
    settings: MatchSettings,
    links: pa.Table,
    decisions: pa.Table,
    given: list[str],
) -> Evidence:
    """Bring links, keys, decisions and scored pairs together.

    Args:
        connection: Holds ``match_numbered`` and ``match_known_pairs``.
        settings: Keys and vetoes.
        links: As ``LINK_COLUMNS``; those not accepted only count as evidence.
        decisions: As ``DECISION_COLUMNS``.
        given: Columns the records came with.

    Returns:
        The evidence; links and decisions on unknown records are left out.
    """
    connection.register("match_links_view", links.select(list(LINK_COLUMNS)))
    connection.register(
        "match_decisions_view", decisions.select(list(DECISION_COLUMNS))
    )
    _write_keys(connection, settings, given)
    edges = arrow(connection, _edges_sql(settings))
    vetoes = arrow(connection, _vetoes_sql(settings))
    never = run(
        connection,
        """
        select distinct
            least(l.record_number, r.record_number) - 1,
            greatest(l.record_number, r.record_number) - 1
        from match_decisions_view as decisions
        inner join match_numbered as l on decisions.from_key = l.identifier_key
        inner join match_numbered as r on decisions.to_key = r.identifier_key
        where decision in ('never_merge', 'unmerge')
        order by all
        """,
    )
    records = arrow(
        connection,
        "select identifier_key, source_system from match_numbered "
        "order by record_number",
    )
    connection.unregister("match_links_view")
    connection.unregister("match_decisions_view")
    return Evidence(
        keys=records["identifier_key"].to_pylist(),
        sources=records["source_system"].to_pylist(),
        edges=edges,
        vetoes=vetoes,
        never=[(int(a), int(b)) for a, b in never],
    )


def _write_keys(
    connection: duckdb.DuckDBPyConnection, settings: MatchSettings, given: list[str]
) -> None:
    """Write ``match_keys``: each record with its key and the first holder of it.

    What ``*`` stands for depends on no record's values: one more changes no key.
    """
    run(
        connection,
        "create or replace temp table match_keys (rule varchar, priority int, "
        "record_number int, first_number int, probability double, value varchar, "
        "is_placeholder boolean)",
    )
    whole = [key for column, key in WHOLE_RECORD.items() if column in given]
    for priority, key in enumerate(settings.keys):
        columns = [
            column for one in key.equal for column in (whole if one == "*" else [one])
        ]
        if not columns:
            continue
        value = " || '|' || ".join(columns)
        filled = " and ".join(f"{column} is not null" for column in columns)
        run(
            connection,
            f"""
            insert into match_keys
            with holders as (
                select record_number, {value} as value, name_key
                from match_numbered
                where {filled}
            )
            select
                '{key.rule}', {priority}, record_number, first_number,
                {key.probability}, value, name_count > {key.placeholder_names}
            from holders
            inner join (
                select
                    value,
                    min(record_number) as first_number,
                    count(distinct name_key) as name_count
                from holders
                group by value
                having count(*) > 1
            ) using (value)
            """,
        )


def _vetoes_sql(settings: MatchSettings) -> str:
    """Select veto values; a placeholder key vetoes nothing.

    Tax ids of different countries may live in one cluster, so their kind has the
    country.
    """
    placeholders = {
        key.equal[0]: key.rule for key in settings.keys if len(key.equal) == 1
    }
    parts = [
        f"select record_number - 1 as record, {column} as value, "
        f"{_kind_sql(column)} as kind from match_numbered where {column} is not null "
        f"and record_number not in (select record_number from match_keys "
        f"where is_placeholder and rule = '{placeholders.get(column, '')}')"
        for column in settings.veto
    ]
    empty = "select 0 as record, '' as value, '' as kind where false"
    return " union all ".join([*parts, empty]) + " order by all"


def _kind_sql(column: str) -> str:
    kind = f"'{column.removesuffix('_key')}'"
    return f"{kind} || coalesce(' ' || tax_country, '')" if kind == "'tax'" else kind


def _edges_sql(settings: MatchSettings) -> str:
    """Select one row per pair and rule, strongest first."""
    objections = " ".join(
        f"when json_extract_string(comparison_json, '$.{one.comparison}.level') = "
        f"'{level.label}' then '{one.comparison}: {level.label}'"
        for one in settings.comparisons
        for level in one.levels
        if level.review
    )
    objection = f"case {objections} end" if objections else "null"
    return _EDGES_SQL.format(objection=objection)


_EDGES_SQL = f"""
with
joined as (
    select
        l.record_number as a, r.record_number as b,
        'must_merge' as match_rule, {RANK_DECISION} as rank, 0 as priority,
        cast(null as double) as match_weight, 1.0 as match_probability,
        true as is_accepted, cast(null as varchar) as comparison_json
    from match_decisions_view as decisions
    inner join match_numbered as l on decisions.from_key = l.identifier_key
    inner join match_numbered as r on decisions.to_key = r.identifier_key
    where decision = 'must_merge'
    union all
    select
        l.record_number, r.record_number, links.match_rule, {RANK_LINK},
        rule_priority, null, match_probability, is_accepted, null
    from match_links_view as links
    inner join match_numbered as l on links.from_key = l.identifier_key
    inner join match_numbered as r on links.to_key = r.identifier_key
),
-- Keys and the model name a pair once; declarations and decisions may repeat.
told as (
    select * from joined
    qualify row_number() over (
        partition by least(a, b), greatest(a, b), match_rule
        order by is_accepted desc, priority, match_probability desc
    ) = 1
),
edges as (
    select * from told
    union all
    select
        first_number, record_number, rule, {RANK_KEY}, priority, null, probability,
        not is_placeholder, null
    from match_keys
    union all
    select
        l.record_number, r.record_number, 'model', {RANK_MODEL}, 0, match_weight,
        match_probability, true, comparison_json
    from match_known_pairs as pairs
    inner join match_numbered as l on pairs.from_key = l.identifier_key
    inner join match_numbered as r on pairs.to_key = r.identifier_key
)
select
    cast(least(a, b) - 1 as int) as record_l,
    cast(greatest(a, b) - 1 as int) as record_r,
    match_rule, rank, cast(priority as int) as priority, match_weight,
    cast(match_probability as double) as match_probability, is_accepted,
    comparison_json, cast({{objection}} as varchar) as objection
from edges
where a != b
order by
    rank, priority, match_probability desc, match_weight desc, record_l, record_r,
    match_rule
"""
