"""Do two tables hold the same rows, whatever the order they lie in?

A content hash is the SHA-256 of the column names and types, the row count and two sums
of 64-bit row hashes under different salts. Sums do not depend on row order or threads,
and 10 M rows of 10 columns take 0.2 s. It finds any accidental change (about one chance
in 2**64 to miss one: rows that swap a value may keep the first sum, never the second
but by chance) but is no seal against a forger, and the row hash may change with
the engine's version: the SHA-256 of the files is the seal, and the manifest names the
engine.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb

from echelon.quoting import quote_name


@dataclass(frozen=True)
class TableContent:
    """What a table holds.

    Attributes:
        rows: Number of rows.
        content_hash: Order-independent hash of columns and rows, hex.
        totals: Exact sum of each decimal column, as text by column name.
    """

    rows: int
    content_hash: str
    totals: dict[str, str]


def quoted(address: str) -> str:
    """Quote each part of a dotted address for use in SQL."""
    return ".".join(quote_name(part) for part in address.split("."))


def current_catalog(connection: duckdb.DuckDBPyConnection) -> str:
    """Return the name under which a connection's own file is attached."""
    return str(connection.execute("select current_database()").fetchall()[0][0])


def columns_of(
    connection: duckdb.DuckDBPyConnection, catalog: str, address: str
) -> list[tuple[str, str]]:
    """List name and type of the columns of a table or view; none if it is absent."""
    # The catalog's own table of columns would be built for every file at each question.
    try:
        rows = connection.execute(f"describe {quoted(f'{catalog}.{address}')}")
    except duckdb.CatalogException:
        return []
    return [(name, kind) for name, kind, *_ in rows.fetchall()]


def read_content(
    connection: duckdb.DuckDBPyConnection, catalog: str, address: str
) -> TableContent:
    """Hash one table.

    Args:
        connection: Connection that has the file attached.
        catalog: Name under which the file is attached.
        address: ``schema.table``.

    Returns:
        Rows, content hash and the totals of the decimal columns.

    Raises:
        LookupError: If there is no such table.
    """
    columns = columns_of(connection, catalog, address)
    if not columns:
        raise LookupError(f"there is no table {address}")
    money = [name for name, kind in columns if kind.startswith("DECIMAL")]
    sums = "".join(f", sum({quote_name(name)})" for name in money)
    row_hash = f"hash({', '.join(quote_name(name) for name, _ in columns)})"
    row = connection.execute(
        f"""
        select
            count(*),
            sum({row_hash}::hugeint),
            sum(hash({row_hash}, 'salt')::hugeint)
            {sums}
        from {quoted(f"{catalog}.{address}")}
        """
    ).fetchall()[0]
    digest = hashlib.sha256(
        json.dumps([columns, row[0], str(row[1]), str(row[2])]).encode()
    ).hexdigest()
    totals = dict(zip(money, (_text(total) for total in row[3:]), strict=True))
    return TableContent(rows=row[0], content_hash=digest, totals=totals)


def list_tables(
    connection: duckdb.DuckDBPyConnection, catalog: str, schemas: Iterable[str]
) -> list[str]:
    """List the tables of some schemas as sorted ``schema.table``."""
    rows = connection.execute(
        """
        select schema_name || '.' || table_name
        from duckdb_tables()
        where database_name = ? and list_contains(?, schema_name)
        """,
        [catalog, list(schemas)],
    ).fetchall()
    return sorted(row[0] for row in rows)


def list_views(connection: duckdb.DuckDBPyConnection, catalog: str) -> dict[str, str]:
    """Map the views of a file, as sorted ``schema.view``, to their SQL."""
    rows = connection.execute(
        """
        select schema_name || '.' || view_name, sql
        from duckdb_views()
        where database_name = ? and not internal
        """,
        [catalog],
    ).fetchall()
    return dict(sorted(rows))


def relations_read(
    connection: duckdb.DuckDBPyConnection, views: Mapping[str, str], address: str
) -> list[str]:
    """List what a table or view stands on, dependencies before what reads them.

    Args:
        connection: Any connection; it parses the views' SQL.
        views: SQL of every view by address, from ``list_views``.
        address: ``schema.table``.

    Returns:
        Addresses of every table and view read, directly or not, ending in `address`.
    """
    ordered: list[str] = []
    _collect(connection, views, address, ordered)
    return ordered


def base_tables(
    connection: duckdb.DuckDBPyConnection, views: Mapping[str, str], address: str
) -> list[str]:
    """List the stored tables behind a table or view, sorted; see ``relations_read``."""
    return sorted(set(relations_read(connection, views, address)) - views.keys())


def _collect(
    connection: duckdb.DuckDBPyConnection,
    views: Mapping[str, str],
    address: str,
    ordered: list[str],
) -> None:
    if address in ordered:
        return
    if address in views:
        for relation in _relations_named(connection, views[address]):
            _collect(connection, views, relation, ordered)
    ordered.append(address)


def _relations_named(connection: duckdb.DuckDBPyConnection, sql: str) -> list[str]:
    query = sql[sql.index(" AS ") + 4 :].rstrip("; \n")
    tree = connection.execute("select json_serialize_sql(?)", [query]).fetchall()[0][0]
    return sorted(
        {
            f"{node['schema_name']}.{node['table_name']}"
            for node in _nodes(json.loads(tree))
            # A reference without a schema is a common table expression of the view.
            if node.get("type") == "BASE_TABLE" and node["schema_name"]
        }
    )


def _nodes(tree: object) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        yield tree
        for child in tree.values():
            yield from _nodes(child)
    elif isinstance(tree, list):
        for child in tree:
            yield from _nodes(child)


def _text(total: Decimal | None) -> str:
    return "0" if total is None else str(total)
