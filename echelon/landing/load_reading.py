"""How is a delivered file read so that whatever it holds can only be refused?"""

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from echelon.landing.csv_shape import uneven_line
from echelon.landing.refusal import refuse
from echelon.machine import out_of_resources
from echelon.quoting import quote_file

# A field too many that reads as null is dropped without a word, so none may: only a
# quoted value holds a line feed.
NO_NULLS = "nullstr = '\n', allow_quoted_nulls = false"
_LONGEST_HEADER_BYTES = 1 << 20
_DEFAULT_BUFFER_BYTES = 32_000_000
_LARGEST_BUFFER_BYTES = 1 << 28
# No table with a key packs a row into less than a byte, nor its values a hundredfold
# beyond what fits in memory anyway.
_FREE_ROWS = 1_000_000
_FREE_BYTES = 1 << 28
_MOST_FOLD = 100


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
    refuse_empty(path, label)
    if path.suffix == ".csv":
        return _csv_columns(path, label)
    _check_unpacked(connection, path, label)
    described = run_reading(
        connection,
        f"describe from read_parquet({quote_file(path)}, hive_partitioning = false)",
        path,
        label,
    )
    wide = wide_decimals(connection, path)
    return {row[0]: wide.get(row[0], row[1]) for row in described}


def wide_decimals(connection: duckdb.DuckDBPyConnection, path: Path) -> dict[str, str]:
    """Find the decimals of more than 38 digits: DuckDB reads them as floating point.

    Args:
        connection: Any connection; only file metadata is read.
        path: A readable Parquet file.

    Returns:
        Their types by column name.
    """
    found = connection.execute(
        "select name, precision, scale"
        f" from parquet_schema({quote_file(path)}) where precision > 38"
    ).fetchall()
    return {name: f"WIDE DECIMAL({digits},{scale})" for name, digits, scale in found}


def run_reading(
    connection: duckdb.DuckDBPyConnection, sql: str, path: Path, label: str
) -> list[tuple[Any, ...]]:
    """Run a statement that reads a file; complain about the file without quoting it.

    Args:
        connection: Open warehouse.
        sql: The statement.
        path: The file.
        label: Its path below the landing directory.

    Returns:
        All rows of the result.

    Raises:
        EchelonError: INPUT_REJECTED (malformed_file), with the line if it is known.
    """
    try:
        return connection.execute(sql).fetchall()
    except duckdb.Error as error:
        if _is_not_the_files(error):
            raise
        complaint = error
    # Raised outside the handler: the engine's message repeats the offending line.
    found = re.search(r"Line: (\d+)", str(complaint))
    line = int(found[1]) if found else None
    if line is None and path.suffix == ".csv":
        line = uneven_line(path)
    refuse("malformed_file", _problem(str(complaint)), label, line)
    raise complaint


def _is_not_the_files(error: duckdb.Error) -> bool:
    """Whether the statement or the machine is at fault."""
    is_ours = isinstance(error, duckdb.ProgrammingError)
    is_input = isinstance(error, duckdb.InvalidInputException)
    return (is_ours and not is_input) or out_of_resources(error) is not None


def in_one_piece(path: Path) -> str:
    """Write the option by which a CSV file is read from its beginning.

    A reader that starts in the middle of a value takes its lines for rows. To read all
    in turn (``parallel = false``) is no way out: a last value whose quote does not end
    would be lost without a word.

    Args:
        path: The file; a larger one is read in pieces, and refused if that goes wrong.
    """
    size = path.stat().st_size
    whole = _DEFAULT_BUFFER_BYTES < size <= _LARGEST_BUFFER_BYTES
    return f", buffer_size = {size + 1}" if whole else ""


def refuse_empty(path: Path, label: str) -> None:
    """Refuse a file without a byte.

    Args:
        path: The file.
        label: Its path below the landing directory.

    Raises:
        EchelonError: INPUT_REJECTED, naming the file.
    """
    if path.stat().st_size == 0:
        refuse("empty_file", "the file has no content", label)


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
        ("invalid state", "its lines do not end alike, or a quote stands in a value"),
    ):
        if sign in message:
            return problem
    return "the file cannot be read"


def _csv_columns(path: Path, label: str) -> dict[str, str]:
    with path.open("rb") as file:
        first_line = file.readline(_LONGEST_HEADER_BYTES)
    if b"\r" in first_line.rstrip(b"\r\n"):
        message = "lines end in carriage returns alone; end them in line feeds"
        refuse("malformed_file", message, label, 1)
    try:
        header = next(csv.reader([first_line.decode("utf-8-sig")]), [])
    except (UnicodeDecodeError, csv.Error):
        header = []
    if not header:
        refuse("malformed_file", "the header is not a line of UTF-8 CSV", label, 1)
    for position, name in enumerate(header, start=1):
        if header.count(name) > 1:
            message = "two columns have this name"
            shown = name if name.isidentifier() else f"column {position}"
            refuse("duplicate_column", message, label, 1, shown)
    return dict.fromkeys(header, "VARCHAR")


def _check_unpacked(
    connection: duckdb.DuckDBPyConnection, path: Path, label: str
) -> None:
    """Refuse a Parquet bomb by its footer, before any of it is unpacked."""
    footer = f"parquet_metadata({quote_file(path)})"
    rows, size = run_reading(
        connection,
        "select coalesce(sum(row_group_num_rows) filter (column_id = 0), 0),"
        f" coalesce(sum(total_uncompressed_size), 0) from {footer}",
        path,
        label,
    )[0]
    packed = path.stat().st_size
    if rows > max(_FREE_ROWS, packed) or size > max(_FREE_BYTES, _MOST_FOLD * packed):
        message = f"{packed} bytes unpack to {rows} rows and {size} bytes"
        refuse("oversized_file", message, label)
