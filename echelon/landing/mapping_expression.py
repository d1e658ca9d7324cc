"""Is this SQL one harmless expression or query? Parsed by DuckDB, never run here."""

import json
from collections.abc import Iterator
from typing import Any

import duckdb

from echelon.landing.land_query import fetch_row

# Words the parser reads as columns though they read the clock or the session.
_CLOCK_WORDS = {
    "current_date",
    "current_time",
    "current_timestamp",
    "localtime",
    "localtimestamp",
    "current_user",
    "session_user",
    "user",
}
_ALLOWED_UNSTABLE = {"error"}


def object_to_expression(connection: duckdb.DuckDBPyConnection, sql: str) -> str | None:
    """Say what is wrong with an SQL expression.

    Args:
        connection: Any connection; the text is parsed, not run.
        sql: The expression.

    Returns:
        The objection, None if the text is one repeatable expression.
    """
    statements, problem = _parse(connection, f"select\n{sql}\n")
    if problem is not None:
        return problem
    node = statements[0]["node"] if len(statements) == 1 else {}
    is_single = (
        node.get("type") == "SELECT_NODE"
        and len(node["select_list"]) == 1
        and not node["select_list"][0].get("alias")
        and node["from_table"]["type"] == "EMPTY"
        and not node.get("where_clause")
        and not node.get("modifiers")
    )
    if not is_single:
        return "is not one SQL expression"
    return _unrepeatable(connection, statements)


def object_to_query(connection: duckdb.DuckDBPyConnection, sql: str) -> str | None:
    """Say what is wrong with an SQL query, None if it is one repeatable SELECT."""
    statements, problem = _parse(connection, sql)
    if problem is not None:
        return problem
    if len(statements) != 1:
        return "is not one SELECT"
    return _unrepeatable(connection, statements)


def _parse(
    connection: duckdb.DuckDBPyConnection, sql: str
) -> tuple[list[dict[str, Any]], str | None]:
    row = fetch_row(connection, "select json_serialize_sql(?)", [sql])
    parsed = json.loads(row[0]) if row else {}
    if parsed.get("error", True):
        return [], f"is not readable SQL: {parsed.get('error_message', 'empty')}"
    return parsed["statements"], None


def _unrepeatable(
    connection: duckdb.DuckDBPyConnection, statements: list[dict[str, Any]]
) -> str | None:
    """Refuse clocks, chance and session state: the same files must land the same."""
    rows = connection.execute(
        "select distinct function_name from duckdb_functions() "
        "where stability <> 'CONSISTENT'"
    ).fetchall()
    unstable = {str(row[0]) for row in rows} - _ALLOWED_UNSTABLE
    for node in _nodes(statements):
        name = str(node.get("function_name", "")).lower()
        columns = node.get("column_names")
        if isinstance(columns, list) and len(columns) == 1:
            word = str(columns[0]).lower()
            name = word if word in _CLOCK_WORDS else name
        if name in unstable or name in _CLOCK_WORDS:
            return f"uses {name}, which does not give the same result every time"
    return None


def _nodes(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from _nodes(item)
    elif isinstance(value, list):
        for item in value:
            yield from _nodes(item)
