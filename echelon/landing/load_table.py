"""How does one delivered file become rows of a raw table?"""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import duckdb
import pyarrow as pa

from echelon.landing.casts import Cast, cast_column
from echelon.landing.checks import failure
from echelon.landing.contract import TableContract
from echelon.landing.load_keys import INCOMING, check_keys, supersede
from echelon.landing.load_report import LoadedFile
from echelon.landing.load_sources import (
    SourceFile,
    check_columns,
    open_source,
    physical_lines,
    read_columns,
    run_reading,
)
from echelon.landing.manifest import MANIFEST_FILE, Delivery, ManifestTable
from echelon.landing.quarantine import (
    RULE_COLUMN,
    RowRule,
    broken_rule,
    given_name,
    row_rules,
    set_aside,
)
from echelon.quoting import quote_name, quote_text


@dataclass(frozen=True)
class _Incoming:
    """A file on its way into its raw table."""

    contract: TableContract
    delivery: Delivery
    source: SourceFile
    casts: dict[str, Cast]
    rules: list[RowRule]
    table: str

    @property
    def promised(self) -> ManifestTable:
        return self.delivery.manifest.tables[self.contract.name]

    @property
    def is_typed(self) -> bool:
        return all(cast.given is None for cast in self.casts.values())


def load_file(
    connection: duckdb.DuckDBPyConnection,
    contract: TableContract,
    delivery: Delivery,
    is_first: bool,
) -> LoadedFile:
    """Load a table's file of one delivery; rows of earlier deliveries give way by key.

    Args:
        connection: Open warehouse with the raw schema.
        contract: The table's contract.
        delivery: The delivery that holds the table.
        is_first: True if no earlier delivery held the table.

    Returns:
        What was loaded, set aside and superseded.

    Raises:
        EchelonError: INPUT_REJECTED, naming file, line and column where they exist.
    """
    target = f"raw.{quote_name(contract.name)}" if is_first else INCOMING
    incoming = _prepare(connection, contract, delivery, target)
    _read(connection, incoming)
    row_count, bad_row_count = _check_promises(connection, incoming)
    if bad_row_count:
        if incoming.is_typed:
            _number_broken_rules(connection, incoming)
        set_aside(
            connection,
            contract,
            incoming.table,
            incoming.source.label,
            incoming.rules,
        )
    check_keys(connection, contract, incoming.table, incoming.source.label)
    if bad_row_count or not incoming.is_typed:
        connection.execute(f"alter table {incoming.table} drop column {RULE_COLUMN}")
    superseded, corrected = (0, 0) if is_first else supersede(connection, contract)
    manifest = delivery.manifest
    return LoadedFile(
        system=manifest.system,
        delivery_id=manifest.delivery_id,
        table=contract.name,
        file=incoming.source.label,
        sha256=incoming.promised.sha256,
        row_count=row_count,
        quarantined_row_count=bad_row_count,
        superseded_row_count=superseded,
        corrected_row_count=corrected,
        period=manifest.period,
        period_end_date=manifest.period_end_date,
        sequence=manifest.sequence,
    )


def good_rows(
    connection: duckdb.DuckDBPyConnection, contract: TableContract, delivery: Delivery
) -> tuple[str, str]:
    """Write the relation of a delivered file's good rows, without loading it.

    Args:
        connection: Any connection; only the file's columns are read.
        contract: The table's contract.
        delivery: A delivery that holds the table.

    Returns:
        The relation as SQL, its columns typed, and the file's label for messages.
    """
    promised = delivery.manifest.tables[contract.name]
    label = f"{delivery.label}/{promised.file}"
    path = delivery.directory / promised.file
    columns = read_columns(connection, path, label)
    source = SourceFile(path, label, columns)
    incoming = _cast_columns(contract, delivery, source, "")
    values, given, _ = _selected(incoming)
    rule = broken_rule(incoming.rules)
    return (
        f"(select * from (select {', '.join(values + given)} from {source.relation})"
        f" where {rule} is null)",
        label,
    )


def _prepare(
    connection: duckdb.DuckDBPyConnection,
    contract: TableContract,
    delivery: Delivery,
    table: str,
) -> _Incoming:
    promised = delivery.manifest.tables[contract.name]
    label = f"{delivery.label}/{promised.file}"
    path = delivery.directory / promised.file
    source = open_source(connection, path, label, promised)
    check_columns(source, contract)
    return _cast_columns(contract, delivery, source, table)


def _cast_columns(
    contract: TableContract, delivery: Delivery, source: SourceFile, table: str
) -> _Incoming:
    casts = {}
    for column in contract.columns:
        source_type = source.column_types.get(column.name)
        if source_type is None:
            continue
        cast = cast_column(quote_name(column.name), source_type, column.sql_type)
        if cast is None:
            message = f"{source_type} where the contract has {column.sql_type}"
            raise failure("wrong_column_type", message, source.label, None, column.name)
        casts[column.name] = cast
    rules = row_rules(contract, casts)
    return _Incoming(contract, delivery, source, casts, rules, table)


def _read(connection: duckdb.DuckDBPyConnection, incoming: _Incoming) -> None:
    """Read and cast the file in one pass; rules on typed files wait for the check."""
    values, given, names = _selected(incoming)
    rule = (
        "" if incoming.is_typed else f", {broken_rule(incoming.rules)} as {RULE_COLUMN}"
    )
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
            {rule}
        from (
            select {", ".join(values + given)}, _record
            from {incoming.source.relation}
        )
    """
    run_reading(connection, statement, incoming.source.label)


def _selected(incoming: _Incoming) -> tuple[list[str], list[str], list[str]]:
    """List the contract's columns as cast, as given and by name."""
    values, given, names = [], [], []
    for column in incoming.contract.columns:
        name = quote_name(column.name)
        cast = incoming.casts.get(column.name)
        value = cast.value if cast else f"cast(null as {column.sql_type})"
        values.append(f"{value} as {name}")
        names.append(name)
        if cast and cast.given:
            given.append(f"{cast.given} as {given_name(column.name)}")
    return values, given, names


def _check_promises(
    connection: duckdb.DuckDBPyConnection, incoming: _Incoming
) -> tuple[int, int]:
    """Compare rows and control totals with the manifest in one scan."""
    broken = broken_rule(incoming.rules) if incoming.is_typed else RULE_COLUMN
    totals = incoming.promised.control_totals
    for column in totals:
        _check_summable(incoming, column)
    sums = "".join(f", sum({quote_name(column)})" for column in totals)
    found = _fetch(
        connection, f"select count(*), count({broken}) {sums} from {incoming.table}"
    )
    row_count, bad_row_count = found[0], found[1]
    label, contract = incoming.source.label, incoming.contract
    if row_count != incoming.promised.rows:
        message = f"{row_count} rows, the manifest says {incoming.promised.rows}"
        raise failure("row_count_mismatch", message, label)
    if row_count == 0 and contract.is_required:
        raise failure("empty_table", f"{contract.name} has no rows", label)
    for (column, promised), total in zip(totals.items(), found[2:], strict=True):
        actual = Decimal(total or 0)
        if bad_row_count and actual != Decimal(promised):
            actual += _sum_of_bad_values(connection, incoming, column)
        if actual != Decimal(promised):
            message = f"the column adds up to {actual}, the manifest says {promised}"
            raise failure("control_total_mismatch", message, label, None, column)
    _correct_lines(connection, incoming, row_count)
    return row_count, bad_row_count


def _check_summable(incoming: _Incoming, name: str) -> None:
    column = incoming.contract.column(name)
    if column is None or not column.sql_type.startswith(("decimal", "bigint")):
        file = f"{incoming.delivery.label}/{MANIFEST_FILE}"
        key = f"tables.{incoming.contract.name}.control_totals.{name}"
        message = "not a numeric column of the table"
        raise failure("malformed_manifest", message, file, None, key)


def _sum_of_bad_values(
    connection: duckdb.DuckDBPyConnection, incoming: _Incoming, name: str
) -> Decimal:
    """Add up the numbers that do not fit their type: the sender counted them too."""
    cast = incoming.casts.get(name)
    total = Decimal(0)
    if cast is None or cast.given is None:
        return total
    values = connection.execute(
        f"select cast({cast.given} as varchar) from {incoming.source.relation}"
        f" where {cast.given} is not null and ({cast.value}) is null"
    ).fetchall()
    for (text,) in values:
        try:
            number = Decimal(text)
        except InvalidOperation:
            continue
        total += number if number.is_finite() else 0
    return total


def _correct_lines(
    connection: duckdb.DuckDBPyConnection, incoming: _Incoming, row_count: int
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
    connection: duckdb.DuckDBPyConnection, incoming: _Incoming
) -> None:
    broken = broken_rule(incoming.rules)
    connection.execute(
        f"alter table {incoming.table} add column {RULE_COLUMN} smallint"
    )
    connection.execute(
        f"update {incoming.table} set {RULE_COLUMN} = {broken}"
        f" where {broken} is not null"
    )


def _fetch(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    """Fetch the only row of a query."""
    rows = connection.execute(sql).fetchall()
    row: tuple[Any, ...] = rows[0]
    return row
