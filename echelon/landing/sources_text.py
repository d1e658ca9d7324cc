"""How is a text file cut into rows and fields? For what DuckDB's reader cannot do."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TextIO

import pyarrow as pa

from echelon.landing.mapping import Format

_CHUNK_CHARACTERS = 1 << 20
_BATCH_ROWS = 50_000


class MalformedTextError(ValueError):
    """A text file that is not as its format says; the message names the row."""


def read_header(file: Path, layout: Format) -> list[str]:
    """Read the column names of a text file.

    Args:
        file: The file.
        layout: Its format.

    Returns:
        The names in order.

    Raises:
        MalformedTextError: If the file has no header or no row.
    """
    if not layout.header:
        raise MalformedTextError("has no header: name its columns under columns")
    if len(layout.delimiter) > 1:
        # The csv module knows no such delimiter; a column name never contains it.
        layout = layout.model_copy(update={"quote": ""})
    header = next(_fields(file, layout), None)
    if header is None:
        raise MalformedTextError("has no header row")
    return [name.strip().strip('"').strip() for name in header]


def lines_before_rows(file: Path, layout: Format) -> int | None:
    """Count the lines that stand before the first row of data.

    Args:
        file: The file.
        layout: Its format.

    Returns:
        The lines to skip, blank ones before the header and itself among them. None if
        DuckDB would count others: it reads a quote even here, and takes the first line
        end it finds for that of all lines.

    Raises:
        MalformedTextError: If the file is not written in its encoding.
    """
    with _open(file, layout) as stream:
        skipped = [stream.readline() for _ in range(layout.skip)]
        blank = _skip_blank_lines(stream, layout)
        rest = [stream.readline(_CHUNK_CHARACTERS) for _ in range(2)]
    has_quote = bool(layout.quote) and any(layout.quote in line for line in skipped)
    ends = {line[len(line.rstrip("\r\n")) :] for line in [*skipped, *blank, *rest]}
    if has_quote or ((skipped or blank) and len(ends - {""}) > 1):
        return None
    return len(skipped) + len(blank) + int(layout.header)


def read_rows(file: Path, layout: Format, columns: list[str]) -> Iterator[pa.Table]:
    """Read the rows of a text file in batches.

    Args:
        file: The file.
        layout: Its format.
        columns: Column names in order.

    Yields:
        Tables of text columns, null where the text means no value.

    Raises:
        MalformedTextError: If a row has more or fewer fields than columns.
    """
    rows = _fields(file, layout)
    if layout.header:
        next(rows, None)
    nulls, number = set(layout.nulls), int(layout.header)
    while batch := list(islice(rows, _BATCH_ROWS)):
        for row in batch:
            number += 1
            if len(row) != len(columns):
                found = f"row {number} has {len(row)} fields"
                raise MalformedTextError(f"{found} where {len(columns)} are declared")
        arrays = [
            pa.array([None if text in nulls else text for text in texts], pa.string())
            for texts in zip(*batch, strict=True)
        ]
        yield pa.Table.from_arrays(arrays, names=columns)


def _fields(file: Path, layout: Format) -> Iterator[list[str]]:
    with _open(file, layout) as stream:
        for _ in range(layout.skip):
            stream.readline()
        blank = _skip_blank_lines(stream, layout)
        if layout.quote:
            yield from _quoted(stream, layout, layout.skip + len(blank))
        else:
            yield from _plain(stream, layout)


@contextmanager
def _open(file: Path, layout: Format) -> Iterator[TextIO]:
    encoding = "utf-8-sig" if layout.encoding.lower() == "utf-8" else layout.encoding
    try:
        with file.open(encoding=encoding, newline="") as stream:
            yield stream
    except LookupError as error:
        raise MalformedTextError(f"unknown encoding {layout.encoding}") from error
    except UnicodeDecodeError as error:
        raise MalformedTextError(f"is not written in {layout.encoding}") from error


def _skip_blank_lines(stream: TextIO, layout: Format) -> list[str]:
    """Go to the header, past blank lines; a file without header starts where it is."""
    blank: list[str] = []
    start = stream.tell()
    while layout.header:
        line = stream.readline(_CHUNK_CHARACTERS)
        if not line or line.strip():
            break
        blank.append(line)
        start = stream.tell()
    stream.seek(start)
    return blank


def _quoted(stream: TextIO, layout: Format, skipped: int) -> Iterator[list[str]]:
    if layout.row_terminator not in (None, "\n", "\r\n", "\r"):
        raise MalformedTextError('this row_terminator needs quote: ""')
    if len(layout.delimiter) != 1:
        raise MalformedTextError('this delimiter and encoding need quote: ""')
    reader = csv.reader(
        stream, delimiter=layout.delimiter, quotechar=layout.quote, strict=True
    )
    try:
        yield from (row for row in reader if row)
    except csv.Error as error:
        message = f"line {skipped + reader.line_num}: {error}"
        raise MalformedTextError(message) from error


def _plain(stream: TextIO, layout: Format) -> Iterator[list[str]]:
    for row in _split(stream, layout.row_terminator):
        yield row.split(layout.delimiter)


def _split(stream: TextIO, terminator: str | None) -> Iterator[str]:
    """Cut a stream at its row terminators; what follows the last must be blank."""
    rest = ""
    while chunk := stream.read(_CHUNK_CHARACTERS):
        rest += chunk
        if terminator is None:
            rest = rest.replace("\r\n", "\n")
        *rows, rest = rest.split(terminator or "\n")
        yield from rows
    if rest.strip():
        yield rest
