"""What is in a delivered file, before any value is believed?"""

import csv
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from echelon.landing.checks import failure
from echelon.landing.contract import TableContract
from echelon.landing.manifest import ManifestTable
from echelon.quoting import quote_text
from echelon.spelling import with_suggestion

_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True)
class SourceFile:
    """A delivered file whose hash and columns are known to be right.

    Attributes:
        path: Where it lies.
        label: Its path below the landing directory, as people know it.
        column_types: DuckDB type by column name, in file order.
        physical_line_count: Lines of a CSV file that were counted, else None.
    """

    path: Path
    label: str
    column_types: dict[str, str]
    physical_line_count: int | None = None

    @property
    def is_text(self) -> bool:
        """Whether the file is CSV, not Parquet."""
        return self.path.suffix == ".csv"

    @property
    def relation(self) -> str:
        """SQL relation with the file's columns and ``_record``, counted from 1."""
        file = quote_text(str(self.path))
        if not self.is_text:
            return (
                "(select * exclude (file_row_number), file_row_number + 1 as _record"
                f" from read_parquet({file}, file_row_number = true))"
            )
        columns = ", ".join(
            f"{quote_text(name)}: 'VARCHAR'" for name in self.column_types
        )
        # No sniffing: the same bytes must read the same whatever they look like.
        return (
            f"(select *, row_number() over () as _record from read_csv({file},"
            f" columns = {{{columns}}}, auto_detect = false, header = true,"
            " delim = ',', quote = '\"', escape = '\"', nullstr = ''))"
        )


def open_source(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    label: str,
    promised: ManifestTable,
) -> SourceFile:
    """Check that a file is the promised one and find its columns.

    Args:
        connection: Any connection; only file metadata is read.
        path: The file.
        label: Its path below the landing directory.
        promised: Its entry in the manifest.

    Returns:
        The file with its columns; CSV columns are all text.

    Raises:
        EchelonError: INPUT_REJECTED, if the file is empty, altered or unreadable.
    """
    _refuse_empty(path, label)
    sha256, line_count = _fingerprint(path)
    if sha256 != promised.sha256:
        message = f"sha256 is {sha256[:12]}..., not {promised.sha256[:12]}..."
        raise failure("sha256_mismatch", message, label)
    columns = read_columns(connection, path, label)
    is_text = path.suffix == ".csv"
    return SourceFile(path, label, columns, line_count if is_text else None)


def read_columns(
    connection: duckdb.DuckDBPyConnection, path: Path, label: str
) -> dict[str, str]:
    """Find the columns of a file.

    Args:
        connection: Any connection; only file metadata is read.
        path: The file.
        label: Its path below the landing directory.

    Returns:
        DuckDB type by column name, in file order; CSV columns are all text.

    Raises:
        EchelonError: INPUT_REJECTED, if the file is unreadable.
    """
    _refuse_empty(path, label)
    if path.suffix == ".csv":
        return _csv_columns(path, label)
    described = run_reading(
        connection,
        f"describe select * from read_parquet({quote_text(str(path))})",
        label,
    )
    return {row[0]: row[1] for row in described}


def check_columns(source: SourceFile, contract: TableContract) -> None:
    """Refuse a file with columns its contract does not know, or without required ones.

    Args:
        source: The opened file.
        contract: Contract of its table.

    Raises:
        EchelonError: INPUT_REJECTED, naming file and column.
    """
    line = 1 if source.is_text else None
    known = {column.name for column in contract.columns}
    for position, name in enumerate(source.column_types, start=1):
        if name not in known:
            message = f"{contract.name} has no such column"
            message = with_suggestion(message, name, known)
            # A file without its header has a customer's values in place of names.
            shown = name if name.isidentifier() else f"column {position}"
            raise failure("unknown_column", message, source.label, line, shown)
    for column in contract.columns:
        needed = column.is_required or column.is_key
        if needed and column.name not in source.column_types:
            message = "the required column is missing"
            raise failure("missing_column", message, source.label, line, column.name)


def run_reading(
    connection: duckdb.DuckDBPyConnection, sql: str, label: str
) -> list[tuple[Any, ...]]:
    """Run a statement that reads a file; complain about the file without quoting it.

    Args:
        connection: Open warehouse.
        sql: The statement.
        label: The file's path below the landing directory.

    Returns:
        All rows of the result.

    Raises:
        EchelonError: INPUT_REJECTED (malformed_file), with the line if it is known.
    """
    try:
        return connection.execute(sql).fetchall()
    except (
        duckdb.InvalidInputException,
        duckdb.ConversionException,
        duckdb.IOException,
    ) as error:
        complaint = str(error)
    # Raised outside the handler: the engine's message repeats the offending line.
    found = re.search(r"Line: (\d+)", complaint)
    line = int(found[1]) if found else None
    raise failure("malformed_file", _problem(complaint), label, line)


def physical_lines(path: Path) -> Iterator[int]:
    """Find the physical line on which each record of a CSV file starts.

    Args:
        path: CSV file; records may hold line breaks, and lines may be blank.

    Returns:
        1-based line numbers of the records after the header, in file order.
    """
    limit = csv.field_size_limit(1 << 30)
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.reader(lines)
            next(reader)
            start = reader.line_num + 1
            for record in reader:
                if record:
                    yield start
                start = reader.line_num + 1
    finally:
        csv.field_size_limit(limit)


def _problem(message: str) -> str:
    for sign, problem in (
        ("Expected Number of Columns", "the line has too many or too few columns"),
        ("unicode", "the line is not UTF-8"),
        ("unterminated quote", "a quoted value does not end"),
        ("Maximum line size", "the line is longer than 2 MB"),
    ):
        if sign in message:
            return problem
    return "the file cannot be read"


def _refuse_empty(path: Path, label: str) -> None:
    if path.stat().st_size == 0:
        raise failure("empty_file", "the file has no content", label)


def _fingerprint(path: Path) -> tuple[str, int]:
    """Hash a file and count its physical lines in one reading."""
    digest = hashlib.sha256()
    count = 0
    last = b"\n"
    is_text = path.suffix == ".csv"
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
            if is_text:
                count += block.count(b"\n")
                last = block[-1:]
    return digest.hexdigest(), count + (last != b"\n")


def _csv_columns(path: Path, label: str) -> dict[str, str]:
    with path.open("rb") as file:
        first_line = file.readline()
    try:
        header = next(csv.reader([first_line.decode("utf-8-sig")]), [])
    except UnicodeDecodeError:
        raise failure("malformed_file", "the line is not UTF-8", label, 1) from None
    for position, name in enumerate(header, start=1):
        if header.count(name) > 1:
            message = "two columns have this name"
            shown = name if name.isidentifier() else f"column {position}"
            raise failure("duplicate_column", message, label, 1, shown)
    return dict.fromkeys(header, "VARCHAR")
