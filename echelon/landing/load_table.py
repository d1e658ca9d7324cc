"""How does one delivered file become rows of a raw table?"""

from pathlib import Path

import duckdb
import pyarrow as pa

from echelon.landing.casts import Cast
from echelon.landing.contract import TableContract
from echelon.landing.load_incoming import Incoming, cast_columns, selected
from echelon.landing.load_keys import INCOMING, check_keys
from echelon.landing.load_promises import DIGEST_COLUMN, check_promises
from echelon.landing.load_reading import physical_lines, read_columns, run_reading
from echelon.landing.load_report import LoadedFile
from echelon.landing.load_sources import (
    SourceFile,
    check_columns,
    check_unchanged,
    open_source,
)
from echelon.landing.manifest import Delivery
from echelon.landing.quarantine import (
    RULE_COLUMN,
    broken_rule,
    given_name,
    set_aside,
)
from echelon.landing.row_checksum import row_digest
from echelon.quoting import quote_name, quote_text


def load_file(
    connection: duckdb.DuckDBPyConnection,
    contract: TableContract,
    delivery: Delivery,
    table: str,
) -> LoadedFile:
    """Load a table's file of one delivery, its bad rows set aside.

    Args:
        connection: Open warehouse with the raw schema.
        contract: The table's contract.
        delivery: The delivery that holds the table.
        table: Table that receives its rows, as SQL: the raw one, or ``INCOMING`` for
            rows that earlier ones of the same key will give way to.

    Returns:
        What was loaded and set aside.

    Raises:
        EchelonError: INPUT_REJECTED, naming file, line and column where they exist.
    """
    incoming = _prepare(connection, contract, delivery, table)
    _read(connection, incoming)
    row_count, bad_row_count = check_promises(connection, incoming)
    _correct_lines(connection, incoming, row_count)
    if bad_row_count:
        if incoming.is_typed:
            _number_broken_rules(connection, incoming)
        set_aside(connection, contract, table, incoming.source.label, incoming.rules)
    check_keys(connection, contract, table, incoming.source.label)
    if bad_row_count or not incoming.is_typed:
        connection.execute(f"alter table {table} drop column {RULE_COLUMN}")
    manifest = delivery.manifest
    return LoadedFile(
        system=manifest.system,
        delivery_id=manifest.delivery_id,
        table=contract.name,
        file=incoming.source.label,
        sha256=incoming.promised.sha256,
        row_count=row_count,
        quarantined_row_count=bad_row_count,
        superseded_row_count=0,
        corrected_row_count=0,
        period=manifest.period,
        period_end_date=manifest.period_end_date,
        sequence=manifest.sequence,
        missing_columns=frozenset(
            column.name
            for column in contract.columns
            if column.name not in incoming.casts
        ),
    )


def good_rows(
    connection: duckdb.DuckDBPyConnection, contract: TableContract, delivery: Delivery
) -> tuple[str, Path, str]:
    """Write the relation of a delivered file's good rows, without loading it.

    Args:
        connection: Any connection; only the file's columns are read.
        contract: The table's contract.
        delivery: A delivery that holds the table.

    Returns:
        The relation as SQL, its columns typed, the file and its label for messages.
    """
    promised = delivery.manifest.tables[contract.name]
    label = f"{delivery.label}/{promised.file}"
    path = delivery.directory / promised.file
    columns = read_columns(connection, path, label)
    source = SourceFile(path, label, columns)
    check_columns(source, contract)
    incoming = cast_columns(contract, delivery, source, "")
    values, given, _ = selected(incoming)
    rule = broken_rule(incoming.rules)
    return (
        f"(select * from (select {', '.join(values + given)} from {source.relation})"
        f" where {rule} is null)",
        path,
        label,
    )


def _prepare(
    connection: duckdb.DuckDBPyConnection,
    contract: TableContract,
    delivery: Delivery,
    table: str,
) -> Incoming:
    promised = delivery.manifest.tables[contract.name]
    label = f"{delivery.label}/{promised.file}"
    path = delivery.directory / promised.file
    source = open_source(connection, path, label, promised)
    check_columns(source, contract)
    return cast_columns(contract, delivery, source, table)


def _read(connection: duckdb.DuckDBPyConnection, incoming: Incoming) -> None:
    """Read and cast the file in one pass; rules on typed files wait for the check."""
    values, given, names = selected(incoming)
    rule = (
        "" if incoming.is_typed else f", {broken_rule(incoming.rules)} as {RULE_COLUMN}"
    )
    digest = _digest(incoming)
    is_text = incoming.source.is_text
    first_line = 1 if is_text else 0
    # Text has its lines counted in reading order; Parquet rows carry their number.
    connection.execute(f"set preserve_insertion_order = {str(is_text).lower()}")
    kind = "temp table" if incoming.table == INCOMING else "table"
    statement = f"""
        create or replace {kind} {incoming.table} as
        select
            {", ".join(names)},
            {quote_text(incoming.delivery.manifest.delivery_id)} as _delivery_id,
            _record + {first_line} as _source_line
            {digest}
            {rule}
        from (
            select {", ".join(values + given)}, _record
            from {incoming.source.relation}
        )
    """
    try:
        run_reading(connection, statement, incoming.source.path, incoming.source.label)
    finally:
        # That a file was written to says more than what it broke.
        check_unchanged(incoming.source)


def _digest(incoming: Incoming) -> str:
    """Write the column that adds up to the row checksum, if one is promised."""
    if incoming.promised.row_checksum is None:
        return ""
    named = {
        name: Cast(quote_name(name), given_name(name) if cast.given else None)
        for name, cast in incoming.casts.items()
    }
    return f", {row_digest(named)} as {DIGEST_COLUMN}"


def _correct_lines(
    connection: duckdb.DuckDBPyConnection, incoming: Incoming, row_count: int
) -> None:
    """Replace record numbers by physical lines where values hold line breaks."""
    line_count = incoming.source.physical_line_count
    if line_count is None or line_count == row_count + 1:
        return
    lines = pa.array(physical_lines(incoming.source.path), pa.int64())
    if len(lines) != row_count:
        # The two readers disagree on stray quotes: record numbers are the best guess.
        return
    numbers = pa.array(range(2, row_count + 2), pa.int64())
    connection.register("record_lines", pa.table({"record": numbers, "line": lines}))
    connection.execute(
        f"update {incoming.table} set _source_line = record_lines.line"
        " from record_lines where _source_line = record_lines.record"
    )
    connection.unregister("record_lines")


def _number_broken_rules(
    connection: duckdb.DuckDBPyConnection, incoming: Incoming
) -> None:
    broken = broken_rule(incoming.rules)
    connection.execute(
        f"alter table {incoming.table} add column {RULE_COLUMN} smallint"
    )
    connection.execute(
        f"update {incoming.table} set {RULE_COLUMN} = {broken}"
        f" where {broken} is not null"
    )
