"""Can each value that a row condition names occur in its column? No row is needed."""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import duckdb
from sqlglot import errors, exp, parse_one
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, traverse_scope

DIALECT, TEXT = "duckdb", "varchar"
EQUALITIES = (exp.EQ, exp.NEQ, exp.NullSafeEQ, exp.NullSafeNEQ, exp.In)
COMPARISONS = (*EQUALITIES, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Between)
Types = Mapping[str, Mapping[str, str]]
ClosedLists = Mapping[str, Mapping[str, frozenset[str]]]


def object_to_values(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    types: Types,
    closed_lists: ClosedLists,
) -> str | None:
    """Say which value that a query compares with a column can never be in it.

    A wrong value keeps no row, or under ``<>`` every row, and nothing fails.

    Args:
        connection: Any connection; it casts the values and reads no table.
        query: A select that DuckDB has bound.
        types: Type by column of each table, by ``schema.table``.
        closed_lists: The values of a column that has no others, by the same.

    Returns:
        The objection, which repeats no value; None if every value may occur, or if
        what it is compared with is calculated.
    """
    for table, column, literal, is_equal in _compared(query, types):
        kind = types[table][column]
        if not literal.is_string:
            if kind == TEXT:
                return f"{column} of {table} is text: put its values in quotes"
            continue
        cast = f"select try_cast(? as {kind}) is null"
        if connection.execute(cast, [literal.name]).fetchall()[0][0]:
            return f"{column} of {table} is compared with what is no {kind}"
        known = closed_lists.get(table, {}).get(column) if is_equal else None
        if known is not None and literal.name not in known:
            return f"{column} of {table} is one of {', '.join(sorted(known))}"
    return None


def _compared(query: str, types: Types) -> Iterator[tuple[str, str, exp.Literal, bool]]:
    """List the constants of a query by table and column, and if the two may be equal.

    A bound of a range need not be a value of the column.
    """
    try:
        tree = parse_one(query, dialect=DIALECT)
        schema: dict[str, Any] = {}
        for table in tree.find_all(exp.Table):
            if known := types.get(f"{table.db}.{table.name}"):
                schema.setdefault(table.db, {})[table.name] = known
        tree = qualify(
            tree, dialect=DIALECT, schema=schema, validate_qualify_columns=False
        )
    except errors.SqlglotError:
        return  # DuckDB reads more: what it bound and this cannot read, rows must show
    for scope in traverse_scope(tree):
        for comparison in scope.find_all(*COMPARISONS):
            sides = list(comparison.iter_expressions())
            columns = [side for side in sides if isinstance(side, exp.Column)]
            literals = [side for side in sides if isinstance(side, exp.Literal)]
            for column, literal in product(columns, literals):
                address = _address(scope, column.table)
                if column.name in types.get(address, {}):
                    is_equal = isinstance(comparison, EQUALITIES)
                    yield address, column.name, literal, is_equal


def _address(scope: Scope | None, alias: str) -> str:
    """Find what an alias stands for, here or in a query around; empty if a query."""
    while scope is not None:
        source = scope.sources.get(alias)
        if isinstance(source, exp.Table):
            return f"{source.db}.{source.name}"
        if source is not None:
            return ""
        scope = scope.parent
    return ""
