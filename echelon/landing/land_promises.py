"""Does the data keep what the mapping promises about it?"""

import duckdb

from echelon.documents import Key
from echelon.landing.land_query import fetch_row
from echelon.landing.mapping import Block, MappingDocument
from echelon.landing.mapping_allocate import ambiguous_query
from echelon.landing.mapping_sql import CompiledColumn, from_clause, join_clauses
from echelon.landing.sources import column_names
from echelon.quoting import quote_name

_SHOWN_VALUES = 3
_SHOWN_LENGTH = 40


def require_joins(
    connection: duckdb.DuckDBPyConnection,
    document: MappingDocument,
    key: Key,
    block: Block,
) -> None:
    """Check the cardinality every join of a block declares.

    Raises:
        EchelonError: INPUT_REJECTED, if a join multiplies rows or finds none.
    """
    rows = from_clause(block, column_names(connection, block.from_))
    before = _count(connection, f"select count(*) {rows}")
    where = f"\nwhere (\n{block.where}\n)" if block.where is not None else ""
    for (name, join), clause in zip(
        block.join.items(), join_clauses(block), strict=True
    ):
        rows = f"{rows}\n{clause}"
        after = _count(connection, f"select count(*) {rows}")
        place: Key = (*key, "join", name)
        if join.match != "many" and after > before:
            message = f"the join to {join.source} makes {after:,} rows of {before:,}"
            hint = "join on its whole key, pick one row by prefer, or say match: many"
            raise document.input_error("join_multiplies_rows", place, message, hint)
        before = after
    for name, join in block.join.items():
        if join.match != "one":
            continue
        found = f"{quote_name(name)}.__found is null"
        lost = _count(connection, f"select count(*) filter ({found}) {rows}{where}")
        if lost:
            message = f"{lost:,} rows find no row in {join.source}"
            hint = "say match: at_most_one if that is right"
            place = (*key, "join", name)
            raise document.input_error("join_unmatched", place, message, hint)


def require_values(
    connection: duckdb.DuckDBPyConnection,
    document: MappingDocument,
    relation: str,
    checked: tuple[str, Key, CompiledColumn],
) -> None:
    """Check that a column met no value its mapping forbids.

    Raises:
        EchelonError: INPUT_REJECTED, with the number of rows and a few of the values.
    """
    name, key, compiled = checked
    column = quote_name(f"__check_{name}")
    rows = connection.execute(
        f"select {column}, count(*) from {relation} where {column} is not null "
        "group by 1 order by 2 desc, 1"
    ).fetchall()
    if not rows:
        return
    shown = ", ".join(str(row[0])[:_SHOWN_LENGTH] for row in rows[:_SHOWN_VALUES])
    more = ", ..." if len(rows) > _SHOWN_VALUES else ""
    count = sum(int(row[1]) for row in rows)
    message = f"{count:,} rows hold values {compiled.complaint} {shown}{more}"
    hint = "add them, or say what becomes of them under unmapped"
    raise document.input_error(compiled.code, key, message, hint)


def require_amounts(
    connection: duckdb.DuckDBPyConnection,
    document: MappingDocument,
    relation: str,
    column: tuple[str, Key],
) -> None:
    """Check that a header amount is the same on all its lines and can be split.

    Raises:
        EchelonError: INPUT_REJECTED, naming the first header where it is not.
    """
    name, key = column
    row = fetch_row(connection, ambiguous_query(relation, name))
    if row is None:
        return
    header, amount_differs, weight_is_negative = row
    code, what = "allocation_order_ambiguous", "two lines in the same place of order_by"
    if weight_is_negative:
        code, what = "allocation_weight_negative", "a line with a negative weight"
    if amount_differs:
        code, what = "header_amount_differs", "different header amounts on its lines"
    message = f"header {str(header)[:_SHOWN_LENGTH]} has {what}"
    raise document.input_error(code, (*key, "allocate"), message)


def _count(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = fetch_row(connection, sql)
    return int(row[0]) if row else 0
