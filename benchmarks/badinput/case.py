"""What is one named case of bad input, and how are many written down in little?"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from benchmarks.badinput.company import ERP, MANIFEST, Landing, text
from benchmarks.badinput.trial import Connect, Verdict

Change = Callable[[Landing], object]
Rows = list[list[str]]
Edit = Callable[[Rows], object]
Rewrite = Callable[[bytes], bytes]
REJECTED, OVER_LIMIT, HELD, LOADED = 20, 21, 23, 0


@dataclass(frozen=True)
class Case:
    """One thing that is wrong with an otherwise good landing area.

    Attributes:
        name: What is wrong.
        change: Makes it so, in place.
        expected: How the load must end.
        connect: Opens the warehouse; a case may meddle with files while they are read.
    """

    name: str
    change: Change
    expected: Verdict
    connect: Connect = lambda _: duckdb.connect()


def label_of(table: str) -> str:
    """Name the delivery that holds a table of the good company."""
    system = table.partition("_")[0]
    return f"{system}/{system}-0001"


def manifest_case(
    name: str, column: str | None, edit: Callable[[dict], object], label: str = ERP
) -> Case:
    """Describe a manifest whose key is wrong; it is sealed as it is."""

    def change(landing: Landing) -> None:
        edit(landing.manifests[label])
        landing.seal(label)

    place = f"{label}/{MANIFEST}", None, column
    return Case(
        f"manifest: {name}", change, Verdict(REJECTED, "malformed_manifest", *place)
    )


def value_case(name: str, place: str, value: str, code: str) -> Case:
    """Describe a value on line 41 of a table that sets its row aside.

    Args:
        name: What is wrong with it.
        place: ``table.column``.
        value: The value.
        code: The check.
    """
    table, column = place.split(".")
    label = label_of(table)
    verdict = Verdict(LOADED, code, f"{label}/{table}.csv", 41, column)
    return Case(
        f"{place}: {name}", in_rows(table, put_value(40, column, value)), verdict
    )


def file_case(
    name: str,
    table: str,
    content: bytes | pa.Table | Rewrite,
    found: tuple,
) -> Case:
    """Describe a file that is wrong as a whole, delivered with a hash that is right.

    Args:
        name: What is wrong with it.
        table: Its table.
        content: What is delivered, or what is done to the good file.
        found: Code, line and column of the refusal.
    """
    label = label_of(table)
    suffix = "parquet" if isinstance(content, pa.Table) else "csv"
    code, line, column = found
    verdict = Verdict(REJECTED, code, f"{label}/{table}.{suffix}", line, column)
    return Case(
        f"{table}: {name}", lambda landing: spoil(landing, table, content), verdict
    )


def spoil(landing: Landing, table: str, content: bytes | pa.Table | Rewrite) -> None:
    """Deliver something else as a table, promising nothing but rows and hash."""
    label = label_of(table)
    entry = landing.manifests[label]["tables"][table]
    if isinstance(content, pa.Table):
        landing.put(label, table, content)
    else:
        name = f"{label}/{entry['file']}"
        landing.files[name] = (
            content(landing.files[name]) if callable(content) else content
        )
    entry = landing.manifests[label]["tables"][table]
    entry.pop("control_totals", None)
    landing.reseal(label, table)


def in_rows(table: str, edit: Edit) -> Change:
    """Edit the rows of a CSV table, header first; its source counts them right."""
    label = label_of(table)

    def change(landing: Landing) -> None:
        rows = rows_of(landing, table)
        edit(rows)
        spoil(landing, table, text(rows))
        landing.manifests[label]["tables"][table]["rows"] = len(rows) - 1
        landing.seal(label)

    return change


def rows_of(landing: Landing, table: str) -> Rows:
    """Read the rows of a delivered CSV table, header first."""
    label = label_of(table)
    lines = landing.files[f"{label}/{table}.csv"].decode().splitlines()
    return [line.split(",") for line in lines]


def put_value(row: int, column: str, value: str) -> Edit:
    """Return an edit that replaces one value."""

    def edit(rows: Rows) -> None:
        rows[row][rows[0].index(column)] = value

    return edit


class Meddler:
    """A warehouse connection during whose first reading of a file something happens."""

    def __init__(self, area: Path, file: str, act: Callable[[Path], object]) -> None:
        """Wait for the statement that loads ``file``, then act on it, once."""
        self._connection = duckdb.connect()
        self._path = area / file
        self._act = act
        self._is_done = False

    def execute(self, sql: str, *values: object) -> duckdb.DuckDBPyConnection:
        """Run a statement; just before the file's, meddle."""
        reads = "create or replace" in sql and self._path.name in sql
        if reads and not self._is_done:
            self._is_done = True
            self._act(self._path)
        return self._connection.execute(sql, *values)

    def __getattr__(self, name: str) -> object:
        """Leave everything else to the connection."""
        return getattr(self._connection, name)

    def __enter__(self) -> "Meddler":
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self._connection.close()
