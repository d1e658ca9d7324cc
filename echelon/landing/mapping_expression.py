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
# Table functions that make rows of what they are given; others read something else.
_ROW_MAKERS = {
    "generate_series",
    "json_each",
    "json_tree",
    "range",
    "repeat",
    "repeat_row",
    "unnest",
}
_ENGINE_SCHEMAS = {"information_schema", "pg_catalog", "system"}


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
    return _objection(connection, statements)


def object_to_order(connection: duckdb.DuckDBPyConnection, sql: str) -> str | None:
    """Say what is wrong with what rows are ordered by, None if it is repeatable."""
    statements, problem = _parse(connection, f"select 1 order by\n{sql}\n")
    if problem is not None:
        return problem
    modifiers = [
        one["type"] for each in statements for one in each["node"]["modifiers"]
    ]
    if len(statements) != 1 or modifiers != ["ORDER_MODIFIER"]:
        return "is not what rows can be ordered by"
    return _objection(connection, statements)


def object_to_query(connection: duckdb.DuckDBPyConnection, sql: str) -> str | None:
    """Say what is wrong with an SQL query, None if it is one repeatable SELECT."""
    statements, problem = _parse(connection, sql)
    if problem is not None:
        return problem
    if len(statements) != 1:
        return "is not one SELECT"
    return _objection(connection, statements)


def _parse(
    connection: duckdb.DuckDBPyConnection, sql: str
) -> tuple[list[dict[str, Any]], str | None]:
    row = fetch_row(connection, "select json_serialize_sql(?)", [sql])
    parsed = json.loads(row[0]) if row else {}
    if parsed.get("error", True):
        return [], f"is not readable SQL: {parsed.get('error_message', 'empty')}"
    return parsed["statements"], None


def _objection(
    connection: duckdb.DuckDBPyConnection, statements: list[dict[str, Any]]
) -> str | None:
    """Refuse clocks, chance, session and engine: the same files must land the same."""
    return _unrepeatable(connection, statements) or _foreign(connection, statements)


def _foreign(
    connection: duckdb.DuckDBPyConnection, statements: list[dict[str, Any]]
) -> str | None:
    """Name what is read beside the data, such as the engine's settings."""
    rows = connection.execute(
        "select view_name from duckdb_views() "
        "where internal and schema_name in ('main', 'pg_catalog')"
    ).fetchall()
    views = {str(row[0]) for row in rows}
    for node in _nodes(statements):
        kind, name = node.get("type"), str(node.get("table_name", "")).lower()
        if kind == "TABLE_FUNCTION":
            name = str(node["function"]["function_name"]).lower()
            is_foreign = name not in _ROW_MAKERS
        elif kind == "BASE_TABLE":
            places = {node["catalog_name"].lower(), node["schema_name"].lower()}
            is_foreign = name in views or not places.isdisjoint(_ENGINE_SCHEMAS)
        else:
            name, is_foreign = "a description of tables", kind == "SHOW_REF"
        if is_foreign:
            return f"reads {name}, which is not among the data"
    return None


def _unrepeatable(
    connection: duckdb.DuckDBPyConnection, statements: list[dict[str, Any]]
) -> str | None:
    """Name what does not come out the same every time."""
    rows = connection.execute(
        "select distinct function_name from duckdb_functions() "
        "where stability <> 'CONSISTENT'"
    ).fetchall()
    unstable = {str(row[0]) for row in rows} - _ALLOWED_UNSTABLE
    for node in _nodes(statements):
        if node.get("sample"):
            return "takes a sample, which does not give the same rows every time"
        name = str(node.get("function_name", "")).lower()
        columns = node.get("column_names")
        if isinstance(columns, list) and len(columns) == 1:
            word = str(columns[0]).lower()
            name = word if word in _CLOCK_WORDS else name
        # Of one moment, DuckDB calls it stable; it counts from today.
        is_age_today = name == "age" and len(node.get("children", ())) == 1
        if name in unstable or name in _CLOCK_WORDS or is_age_today:
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
