"""How is a statement run so that nothing is left pending on its connection?

DuckDB 2 refuses other work on a connection, Splink's too, until a result is drained.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import pyarrow as pa


def run(
    connection: duckdb.DuckDBPyConnection,
    statement: str,
    parameters: Sequence[object] = (),
) -> list[tuple[Any, ...]]:
    """Run a statement and return all its rows."""
    return connection.execute(statement, list(parameters)).fetchall()


def count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    """Return the one number a query selects, 0 for null."""
    return int(run(connection, query)[0][0] or 0)


def arrow(connection: duckdb.DuckDBPyConnection, query: str) -> pa.Table:
    """Return what a query selects as one table."""
    return connection.sql(query).to_arrow_table()


def write_table(
    connection: duckdb.DuckDBPyConnection, name: str, values: Mapping[str, pa.Array]
) -> None:
    """Write a temporary table from columns."""
    connection.register("match_written_view", pa.table(dict(values)))
    run(
        connection,
        f"create or replace temp table {name} as select * from match_written_view",
    )
    connection.unregister("match_written_view")
