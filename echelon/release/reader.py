"""How does a reader open a published file?"""

from pathlib import Path
from typing import Any

import duckdb

Row = dict[str, Any]

READER_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "lock_configuration": "true",
}


def open_database(
    path: Path, memory_limit: str | None = None
) -> duckdb.DuckDBPyConnection:
    """Open one published file as every reader must (read-only, hardened)."""
    limits = {"memory_limit": memory_limit} if memory_limit else {}
    # The real path: the pointer may move while the connection lives.
    return duckdb.connect(
        str(path.resolve()), read_only=True, config={**READER_CONFIG, **limits}
    )


def read_rows(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    values: dict[str, Any] | None = None,
) -> list[Row]:
    """Run a query with named values and return its rows by column name."""
    cursor = connection.execute(query, values or {})
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
