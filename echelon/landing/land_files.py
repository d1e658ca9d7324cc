"""How is a mapped table written? CSV, or typed Parquet where there are many rows."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import duckdb

from echelon.hashing import sha256_of_file
from echelon.landing.casts import cast_column
from echelon.landing.contract import ColumnContract, TableContract
from echelon.landing.land_block import Work
from echelon.landing.land_delivery import LandedTable
from echelon.landing.land_query import fetch_row
from echelon.landing.land_tables import is_exact
from echelon.landing.row_checksum import row_digest
from echelon.landing.sources import column_names
from echelon.quoting import quote_name, quote_text

MOST_CSV_ROWS = 50_000
_LONGEST_GAP_DAYS = 366


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
        row_checksum=_row_checksum(work, columns, relation),
    )


def delivered_period(work: Work, contracts: Mapping[str, TableContract]) -> str:
    """Say which months a delivery covers: the mapping's word, else those of its events.

    A month that comes more than a year after all others is a misread date: it does not
    stretch the period, so that it does not move the date a refresh stands at.

    Raises:
        EchelonError: INPUT_REJECTED, if no row of any table has a date.
    """
    document = work.document
    if document.content.settings.period is not None:
        return document.content.settings.period
    months = sorted(
        {
            month
            for name in document.content.tables
            for month in _event_months(work, contracts[name])
        }
    )
    if not months:
        message = "no row has a date that would say which period is delivered"
        hint = "say it: period: 2024-01/2024-12"
        key = ("settings",)
        raise document.input_error("period_unknown", key, message, hint)
    last = months[0]
    for month in months:
        if (month - last).days > _LONGEST_GAP_DAYS:
            break
        last = month
    return f"{months[0]:%Y-%m}/{last:%Y-%m}"


def _event_months(work: Work, contract: TableContract) -> list[date]:
    """List the first days of the months in which a mapped table has events."""
    column = contract.horizon.event_column
    relation = f"__rows_{contract.name}"
    if column is None or column not in column_names(work.connection, relation):
        return []
    month = f"date_trunc('month', try_cast({quote_name(column)} as timestamp))"
    rows = work.connection.execute(
        f"select distinct cast({month} as date) as month"
        f" from {quote_name(relation)} where month is not null"
    ).fetchall()
    return [row[0] for row in rows]


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


def _row_checksum(work: Work, columns: list[ColumnContract], relation: str) -> str:
    casts = {
        column.name: cast
        for column in columns
        if (cast := cast_column(quote_name(column.name), "VARCHAR", column.sql_type))
    }
    row = fetch_row(
        work.connection,
        f"select cast(coalesce(sum({row_digest(casts)}), 0) as varchar)"
        f" from {relation}",
    )
    return str(row[0]) if row else "0"
