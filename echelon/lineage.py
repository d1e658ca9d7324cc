"""Which columns of the landing tables is a column of a model made of?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlglot import errors, exp, parse_one
from sqlglot.lineage import Node, lineage
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import build_scope
from sqlglot.schema import MappingSchema

DIALECT = "duckdb"


@dataclass(frozen=True, order=True)
class Column:
    """One column: its table as ``schema.table``, and its name."""

    table: str
    name: str


def direct_sources(
    sql: str, known_columns: Mapping[str, list[str]]
) -> dict[str, set[Column]]:
    """Say of each column of a select from which columns its values come.

    Columns that only choose rows (joins, filters) are left out: they decide which
    values there are, not what a value is.

    Args:
        sql: The select, compiled: no Jinja.
        known_columns: Columns per table it may read, by ``schema.table``.

    Returns:
        Source columns per column of the select.

    Raises:
        ValueError: If the select cannot be read; the message says where.
    """
    # Made once: each trace of a column would normalise all the names anew.
    schema = MappingSchema(_schema(known_columns), dialect=DIALECT)
    try:
        parsed = parse_one(sql, dialect=DIALECT)
        for written in parsed.find_all(exp.Coalesce):
            written.meta["is_written"] = True
        query = qualify(
            parsed,
            dialect=DIALECT,
            schema=schema,
            validate_qualify_columns=False,
            identify=False,
        )
        query = _without_joined_twins(query)
        scope = build_scope(query)
        names = query.named_selects
        return {
            name: _leaves(lineage(name, query, schema, scope=scope, dialect=DIALECT))
            for name in names
        }
    except errors.SqlglotError as error:
        raise ValueError(f"lineage of this select cannot be read: {error}") from error


def origins(
    column: Column, sources: Mapping[str, Mapping[str, set[Column]]]
) -> set[Column]:
    """Follow a column down to columns that no known select makes.

    Args:
        column: Where to start.
        sources: What ``direct_sources`` returned, per ``schema.table``.

    Returns:
        Columns of tables that are not in ``sources``.
    """
    found: set[Column] = set()
    seen: set[Column] = set()
    open_columns = [column]
    while open_columns:
        current = open_columns.pop()
        if current in seen:
            continue
        seen.add(current)
        if current.table in sources:
            open_columns += sources[current.table].get(current.name, ())
        else:
            found.add(current)
    return found


def _without_joined_twins(query: exp.Expr) -> exp.Query:
    """Take a column joined by ``using`` from its first table, as joins here mean it.

    Qualifying makes a coalesce of the column of every table joined; all but those of a
    full join only repeat the first.
    """
    is_full = any(join.side == "FULL" for join in query.find_all(exp.Join))
    first = query.transform(
        lambda node: (
            node.this
            if isinstance(node, exp.Coalesce)
            and not (is_full or node.meta.get("is_written"))
            else node
        )
    )
    if not isinstance(first, exp.Query):
        raise ValueError(f"not a select: {first.sql(dialect=DIALECT)[:60]}")
    return first


def _schema(known_columns: Mapping[str, list[str]]) -> dict[str, Any]:
    schema: dict[str, Any] = {}
    for table, columns in known_columns.items():
        database, _, name = table.partition(".")
        described = dict.fromkeys(columns, "unknown")
        schema.setdefault("warehouse", {}).setdefault(database, {})[name] = described
    return schema


def _leaves(node: Node) -> set[Column]:
    return {
        Column(f"{leaf.source.db}.{leaf.source.name}", leaf.name.rpartition(".")[2])
        for leaf in node.walk()
        if not leaf.downstream and isinstance(leaf.source, exp.Table)
    }
