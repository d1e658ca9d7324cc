"""Which pairs of records are worth comparing?

A rule puts records with equal columns into a block; list columns put a record into one
block per element. Blocks too large to say anything are stopped: those above the rule's
limit, which falls below that of the settings where the rule has too many pairs. Limits
are kept from run to run: a record more can stop a block it is in, and no other.
"""

from dataclasses import dataclass

import duckdb

from echelon.identity.settings import BlockingRule, MatchSettings
from echelon.identity.sql import count, run
from echelon.identity.standardise_sql import LIST_COLUMNS

AFFORDABLE_PAIRS = 300_000  # of a rule, however short the list


@dataclass(frozen=True)
class Blocks:
    """What blocking decided.

    Attributes:
        limits: Largest block compared, by rule.
        stops: Blocks left out, as (rule, block).
    """

    limits: dict[str, int]
    stops: frozenset[tuple[str, str]]


def block(
    connection: duckdb.DuckDBPyConnection,
    settings: MatchSettings,
    former: Blocks | None = None,
) -> Blocks:
    """Write ``match_blocked_pairs(record_l, record_r)``, the smaller number left.

    Args:
        connection: Holds ``match_numbered``: record_number, standardised columns and
            is_changed.
        settings: The blocking rules.
        former: What the last run decided. Given, its limits hold, and only pairs with a
            changed record or of a block no longer stopped are written.

    Returns:
        The limits and the stopped blocks.
    """
    run(
        connection,
        "create or replace temp table match_blocked_pairs (record_l int, record_r int)",
    )
    limits: dict[str, int] = {}
    stops: set[tuple[str, str]] = set()
    record_count = count(connection, "select count(*) from match_numbered")
    budget = settings.blocking.max_pairs_per_record * record_count
    for rule in settings.blocking.rules:
        closed = (
            sorted(b for name, b in former.stops if name == rule.rule) if former else []
        )
        _write_blocks(connection, rule, closed if former else None)
        limit = (
            former.limits[rule.rule]
            if former
            else _block_limit(connection, rule, max(int(budget), AFFORDABLE_PAIRS))
        )
        stopped = run(
            connection, "select block from match_block_sizes where size > $1", [limit]
        )
        limits[rule.rule] = limit
        stops.update((rule.rule, block) for (block,) in stopped)
        _write_pairs(connection, limit, closed)
    return Blocks(limits, frozenset(stops))


def _blocks_sql(rule: BlockingRule, source: str) -> str:
    """Say which record is in which blocks of a rule, as a query."""
    filled = " and ".join(f"{column} is not null" for column in rule.equal)
    parts = ", ".join(
        f"unnest({column}) as part_{at}"
        if column in LIST_COLUMNS
        else f"{column} as part_{at}"
        for at, column in enumerate(rule.equal)
    )
    name = " || '|' || ".join(f"part_{at}" for at in range(len(rule.equal)))
    return (
        f"select record_number, is_changed, {name} as block from ("
        f"select record_number, is_changed, {parts} from {source} where {filled})"
    )


def _write_blocks(
    connection: duckdb.DuckDBPyConnection, rule: BlockingRule, closed: list[str] | None
) -> None:
    """Write the blocks of a rule, those that nothing can have changed left out."""
    touched = ""
    if closed is not None:
        changed = _blocks_sql(rule, "(from match_numbered where is_changed)")
        run(
            connection,
            "create or replace temp table match_open_blocks as "
            f"select block from ({changed}) union select unnest($1)",
            [closed],
        )
        touched = "semi join match_open_blocks using (block)"
    run(
        connection,
        "create or replace temp table match_blocks as "
        f"select * from ({_blocks_sql(rule, 'match_numbered')}) {touched}",
    )
    run(
        connection,
        "create or replace temp table match_block_sizes as "
        "select block, count(*) as size from match_blocks group by block "
        "having count(*) > 1",
    )


def _block_limit(
    connection: duckdb.DuckDBPyConnection, rule: BlockingRule, budget: int
) -> int:
    """Return the largest size whose blocks, with all smaller, fit the budget."""
    row = run(
        connection,
        """
        with sizes as (
            select size, count(*) * size * (size - 1) // 2 as pair_count
            from match_block_sizes
            where size <= $1
            group by size
        )
        select min(size) - 1 from (
            select size, sum(pair_count) over (order by size) as pair_count from sizes
        ) where pair_count > $2
        """,
        [rule.max_block_size, budget],
    )
    return rule.max_block_size if row[0][0] is None else int(row[0][0])


def _write_pairs(
    connection: duckdb.DuckDBPyConnection, limit: int, closed: list[str]
) -> None:
    """Add the pairs of the blocks within the limit that are not known yet."""
    run(
        connection,
        "create or replace temp table match_closed_blocks as "
        "select unnest($1) as block",
        [closed],
    )
    run(
        connection,
        f"""
        insert into match_blocked_pairs
        with open_blocks as (
            select
                record_number,
                block,
                is_changed or block in (from match_closed_blocks) as is_new
            from match_blocks
            semi join (from match_block_sizes where size <= {limit}) using (block)
        )
        select l.record_number, r.record_number
        from open_blocks as l
        inner join open_blocks as r
            on l.block = r.block and l.record_number < r.record_number
        where l.is_new or r.is_new
        """,
    )
