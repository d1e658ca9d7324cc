"""How is a mapped table written? CSV, or typed Parquet where there are many rows."""

from pathlib import Path

import duckdb

from echelon.hashing import sha256_of_file
from echelon.landing.contract import ColumnContract, TableContract
from echelon.landing.land_block import Work
from echelon.landing.land_delivery import LandedTable
from echelon.landing.land_query import fetch_row
from echelon.landing.land_tables import is_exact
from echelon.quoting import quote_name, quote_text

MOST_CSV_ROWS = 50_000


def write_table(
    work: Work, contract: TableContract, relation: str, directory: Path
) -> LandedTable:
    """Write a mapped table in key order.

    Args:
        work: The mapping at work.
        contract: The table.
        relation: Table with its rows as text.
        directory: Directory that receives ``<table>.csv`` or ``<table>.parquet``.

    Returns:
        What was written. A Parquet file has the contract's types if every value
        converts unchanged, else text throughout.
    """
    columns = _columns(work, contract, relation)
    counts = _inexact_counts(work, columns, relation)
    row = fetch_row(work.connection, f"select count(*) from {relation}")
    rows = int(row[0]) if row else 0
    is_parquet = rows > MOST_CSV_ROWS
    is_typed = is_parquet and not any(counts.values())
    file = directory / f"{contract.name}.{'parquet' if is_parquet else 'csv'}"
    _copy(work, _select(contract, columns, relation, is_typed=is_typed), file)
    totals = {
        column.name: _total(work, column, relation)
        for column in columns
        if column.sql_type.startswith("decimal") and not counts[column.name]
    }
    return LandedTable(
        name=contract.name,
        file=file,
        rows=rows,
        sha256=sha256_of_file(file),
        control_totals=totals,
    )


def delivered_period(work: Work) -> str:
    """Say which months a delivery covers: the mapping's word, else the order dates."""
    declared = work.document.mapping.settings.period
    if declared is not None:
        return declared
    row = fetch_row(
        work.connection,
        "select min(ordered_at), max(ordered_at) from __rows_erp__order_lines "
        "where try_cast(ordered_at as timestamp) is not null",
    )
    first, last = (str(moment or "")[:7] for moment in row or ("", ""))
    return f"{first}/{last}"


def _columns(
    work: Work, contract: TableContract, relation: str
) -> list[ColumnContract]:
    found = work.connection.execute(f"describe {relation}").fetchall()
    names = {str(row[0]) for row in found}
    return [column for column in contract.columns if column.name in names]


def _inexact_counts(
    work: Work, columns: list[ColumnContract], relation: str
) -> dict[str, int]:
    counts = ", ".join(
        f"count(*) filter ({quote_name(column.name)} is not null "
        f"and not {is_exact(column)})"
        for column in columns
    )
    row = fetch_row(work.connection, f"select {counts} from {relation}") or ()
    return {column.name: int(row[place]) for place, column in enumerate(columns)}


def _select(
    contract: TableContract,
    columns: list[ColumnContract],
    relation: str,
    *,
    is_typed: bool,
) -> str:
    selected = ", ".join(
        f"cast({quote_name(column.name)} as {column.sql_type}) as "
        f"{quote_name(column.name)}"
        if is_typed
        else quote_name(column.name)
        for column in columns
    )
    # Keys in their own order (line 2 before line 10), then everything: same bytes.
    keys = [
        f"try_cast({relation}.{quote_name(column.name)} as {column.sql_type})"
        for key in contract.key_columns
        for column in columns
        if column.name == key
    ]
    order = [*keys, *(f"{relation}.{quote_name(column.name)}" for column in columns)]
    return f"select {selected} from {relation} order by {', '.join(order)}"


def _copy(work: Work, query: str, file: Path) -> None:
    """Copy through a second connection: the sandboxed one may not write files."""
    options = "(format csv, header, delimiter ',', quote '\"', nullstr '')"
    if file.suffix == ".parquet":
        options = "(format parquet, compression zstd)"
    with duckdb.connect() as writer:
        # One thread keeps the order and with it the bytes.
        writer.execute("set threads = 1")
        writer.register("rows", work.connection.sql(query).to_arrow_reader())
        writer.execute(
            f"copy (select * from rows) to {quote_text(str(file))} {options}"
        )


def _total(work: Work, column: ColumnContract, relation: str) -> str:
    name = quote_name(column.name)
    row = fetch_row(
        work.connection,
        f"select cast(coalesce(sum(cast({name} as {column.sql_type})), 0) as varchar) "
        f"from {relation}",
    )
    return str(row[0]) if row else "0"
