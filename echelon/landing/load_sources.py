"""What is in a delivered file, before any value is believed?"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import duckdb

from echelon.landing.contract import TableContract
from echelon.landing.csv_shape import glued_line
from echelon.landing.load_reading import (
    NO_NULLS,
    in_one_piece,
    read_columns,
    refuse_empty,
)
from echelon.landing.manifest_document import ManifestTable
from echelon.landing.refusal import refuse
from echelon.quoting import quote_file, quote_name, quote_text
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
        stamp: Size, time and identity of the file when its hash was right.
        is_row_per_line: Whether a CSV file is known to hold no value of several lines.
    """

    path: Path
    label: str
    column_types: dict[str, str]
    physical_line_count: int | None = None
    stamp: tuple[int, int, int] | None = None
    is_row_per_line: bool = False

    @property
    def is_text(self) -> bool:
        """Whether the file is CSV, not Parquet."""
        return self.path.suffix == ".csv"

    @property
    def relation(self) -> str:
        """SQL relation with the file's columns and ``_record``, counted from 1."""
        file = quote_file(self.path)
        if not self.is_text:
            return (
                "(select * exclude (file_row_number), file_row_number + 1 as _record"
                f" from read_parquet({file}, file_row_number = true,"
                " hive_partitioning = false))"
            )
        columns = ", ".join(
            f"{quote_text(name)}: 'VARCHAR'" for name in self.column_types
        )
        values = ", ".join(
            f"nullif({quote_name(name)}, '') as {quote_name(name)}"
            for name in self.column_types
        )
        # No sniffing: the same bytes must read the same whatever they look like.
        whole = "" if self.is_row_per_line else in_one_piece(self.path)
        return (
            f"(select {values}, row_number() over () as _record from read_csv({file},"
            f" columns = {{{columns}}}, auto_detect = false, header = true,"
            f" delim = ',', quote = '\"', escape = '\"', {NO_NULLS},"
            f" compression = 'none', hive_partitioning = false{whole}))"
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
    refuse_empty(path, label)
    stamp = _stamp(path)
    sha256, line_count = _fingerprint(path)
    if sha256 != promised.sha256:
        message = f"sha256 is {sha256[:12]}..., not {promised.sha256[:12]}..."
        refuse("sha256_mismatch", message, label)
    columns = read_columns(connection, path, label)
    if path.suffix != ".csv":
        return SourceFile(path, label, columns, stamp=stamp)
    line = glued_line(path)
    if line is not None:
        refuse("malformed_file", "text stands beside a quoted value", label, line)
    is_row_per_line = line_count == promised.rows + 1
    return SourceFile(path, label, columns, line_count, stamp, is_row_per_line)


def check_unchanged(source: SourceFile) -> None:
    """Refuse a file that was written to between its hash and the end of reading it.

    Args:
        source: The file, opened and read.

    Raises:
        EchelonError: INPUT_REJECTED, naming the file.
    """
    if source.stamp != _stamp(source.path):
        message = "the file is not the one whose hash was right"
        refuse("file_changed", message, source.label)


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
            refuse("unknown_column", message, source.label, line, shown)
    for column in contract.columns:
        needed = column.is_required or column.is_key
        if needed and column.name not in source.column_types:
            message = "the required column is missing"
            refuse("missing_column", message, source.label, line, column.name)


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


def _stamp(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns, found.st_ino
