"""Which pairs of records are worth comparing?

A rule puts records with equal columns into a block; list columns put a record into one
block per element. Blocks too large to say anything are stopped: those above the rule's
limit and, where the rule still has too many pairs, its largest ones. What is stopped
depends on the records alone, so a later run can tell which pairs it changes.
"""

from dataclasses import dataclass

import duckdb

from echelon.identity.settings import BlockingRule, MatchSettings
from echelon.identity.sql import count, run
from echelon.identity.standardise_sql import LIST_COLUMNS

AFFORDABLE_PAIRS = 300_000  # of a rule, however short the list
Stops = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Candidates:
    """What blocking found; the pairs are in the table ``match_candidates``.

    Attributes:
        pair_count: Distinct pairs to compare.
        rule_pair_counts: Pairs per rule, before those of other rules are taken off.
        stops: Blocks left out, as (rule, block).
    """

    pair_count: int
    rule_pair_counts: dict[str, int]
    stops: Stops


def block(
    connection: duckdb.DuckDBPyConnection,
    settings: MatchSettings,
    former_stops: Stops | None = None,
) -> Candidates:
    """Write ``match_candidates(record_l, record_r)``, the smaller record number left.

    Args:
        connection: Holds ``match_numbered``: record_number and standardised columns.
        settings: The blocking rules.
        former_stops: Blocks the former run left out; given, only pairs with a record
            in ``match_changed(record_number)`` or of a block no longer stopped are
            written.

    Returns:
        The counts and the stopped blocks.
    """
    run(
        connection,
        "create or replace temp table match_candidates (record_l int, record_r int)",
    )
    counts: dict[str, int] = {}
    stops: set[tuple[str, str]] = set()
    record_count = count(connection, "select count(*) from match_numbered")
    budget = settings.blocking.max_pairs_per_record * record_count
    for rule in settings.blocking.rules:
        _write_blocks(connection, rule)
        limit = _block_limit(connection, rule, max(int(budget), AFFORDABLE_PAIRS))
        stopped = run(
            connection,
            "select block from match_block_sizes where size > $1 order by block",
            [limit],
        )
        stops.update((rule.rule, block) for (block,) in stopped)
        reopened = [
            block
            for name, block in sorted(former_stops or ())
            if name == rule.rule and (name, block) not in stops
        ]
        counts[rule.rule] = _write_pairs(
            connection, limit, None if former_stops is None else reopened
        )
    run(
        connection,
        "create or replace temp table match_candidates as "
        "select distinct record_l, record_r from match_candidates",
    )
    total = count(connection, "select count(*) from match_candidates")
    return Candidates(total, counts, frozenset(stops))


def block_sql(rule: BlockingRule, source: str = "match_numbered") -> str:
    """Say which record is in which blocks of a rule, as a query."""
    parts, conditions = [], []
    for column in rule.equal:
        conditions.append(f"{column} is not null")
        parts.append(
            f"unnest({column})" if column in LIST_COLUMNS else f"{column}",
        )
    block_parts = " || '|' || ".join(f"part_{i}" for i in range(len(parts)))
    columns = ", ".join(f"{part} as part_{i}" for i, part in enumerate(parts))
    return (
        f"select distinct record_number, {block_parts} as block from ("
        f"select record_number, {columns} from {source} "
        f"where {' and '.join(conditions)})"
    )


def _write_blocks(connection: duckdb.DuckDBPyConnection, rule: BlockingRule) -> None:
    run(connection, f"create or replace temp table match_blocks as {block_sql(rule)}")
    run(
        connection,
        "create or replace temp table match_block_sizes as "
        "select block, count(*) as size from match_blocks group by block "
        "having count(*) > 1",
    )


def _block_limit(
    connection: duckdb.DuckDBPyConnection, rule: BlockingRule, budget: int
) -> int:
    """Return the largest block size whose blocks, with all smaller, fit the budget."""
    row = run(
        connection,
        """
        with sizes as (
            select size, count(*) * size * (size - 1) // 2 as pair_count
            from match_block_sizes
            where size <= $1
            group by size
        )
        select coalesce(max(size), 0) from (
            select size, sum(pair_count) over (order by size) as pair_count from sizes
        ) where pair_count <= $2
        """,
        [rule.max_block_size, budget],
    )
    return int(row[0][0])


def _write_pairs(
    connection: duckdb.DuckDBPyConnection, limit: int, reopened: list[str] | None
) -> int:
    """Add the pairs of the blocks within the limit; return how many they are."""
    touched = ""
    if reopened is not None:
        run(
            connection,
            "create or replace temp table match_open_blocks as "
            "select distinct block from match_blocks "
            "semi join match_changed using (record_number) "
            "union select unnest($1)",
            [reopened],
        )
        run(
            connection,
            "create or replace temp table match_reopened as select unnest($1) as block",
            [reopened],
        )
        touched = "semi join match_open_blocks using (block)"
    condition = (
        "true"
        if reopened is None
        else "l.is_changed or r.is_changed or l.block in (from match_reopened)"
    )
    flags = (
        "false as is_changed"
        if reopened is None
        else "record_number in (from match_changed) as is_changed"
    )
    rows = run(
        connection,
        f"""
        insert into match_candidates
        with open_blocks as (
            select record_number, block, {flags}
            from match_blocks
            semi join (from match_block_sizes where size <= {limit}) using (block)
            {touched}
        )
        select l.record_number, r.record_number
        from open_blocks as l
        inner join open_blocks as r
            on l.block = r.block and l.record_number < r.record_number
        where {condition}
        """,
    )
    return int(rows[0][0])
