"""How is one row read without leaving a result open behind it?"""

from typing import Any

import duckdb


def fetch_row(
    connection: duckdb.DuckDBPyConnection,
    sql: str,
    parameters: list[Any] | None = None,
) -> tuple[Any, ...] | None:
    """Run a query and return its first row.

    DuckDB 2.0 refuses the next statement while rows of the last are unread.

    Args:
        connection: The database.
        sql: The query.
        parameters: Values of its question marks.

    Returns:
        The first row, None if there is none.
    """
    rows = connection.execute(sql, parameters).fetchall()
    return rows[0] if rows else None
