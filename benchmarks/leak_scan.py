"""In which stores of a data directory can some values be found?

A file is searched as bytes, letters in either case; a database, a Parquet file and a
workbook are unpacked as well, because what they hold is compressed. Pictures are not.
"""

import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from echelon.config import PROJECT_DIR
from echelon.quoting import quote_name, quote_text

Canaries = Mapping[str, Sequence[str]]
EVERYTHING = ("name", "tax_id", "address", "phone", "email", "protected")
GOLDEN_RECORD = ("name", "tax_id", "address", "phone", "email")


@dataclass(frozen=True)
class Store:
    """A place that a refresh, or what it prints, writes to.

    Attributes:
        name: What people call it.
        pattern: Its files below the data directory.
        allowed: Kinds of values that policy lets it hold.
    """

    name: str
    pattern: str
    allowed: tuple[str, ...] = ()


STORES = (
    Store("landing", "landing/**/*", EVERYTHING),
    Store("candidate", "candidates/*/warehouse.duckdb", EVERYTHING),
    Store("published database", "releases/*/published.duckdb", GOLDEN_RECORD),
    Store("Parquet", "releases/*/parquet/**/*", GOLDEN_RECORD),
    Store("role finance", "releases/*/roles/finance/*", ("name",)),
    Store("role sales", "releases/*/roles/sales/*", ("name",)),
    Store("role supply_chain", "releases/*/roles/supply_chain/*", ("name",)),
    Store("role steering", "releases/*/roles/steering/*"),
    Store("role integration", "releases/*/roles/integration/*"),
    Store("matched records", "releases/*/artefacts/*.parquet", GOLDEN_RECORD),
    Store("models and pages", "releases/*/artefacts/*.[jh]*"),
    Store("reconciliation", "releases/*/reconciliation/*"),
    Store("policy", "releases/*/policy/**/*"),
    Store("gate page", "releases/*/gates.html"),
    Store("manifest and proof", "releases/*/*.json"),
    Store("gate record", "candidates/*/*.json*"),
    Store("audit log", "audit/**/*"),
    Store("proposals", "proposals/**/*"),
    Store("Dagster storage", "dagster/**/*"),
    Store("messages", "messages/**/*"),
    Store("dbt target", str(PROJECT_DIR / "dbt_project" / "target" / "**" / "*")),
)


def scan(data_dir: Path, store: Store, canaries: Canaries) -> tuple[int, list[str]]:
    """Search one store for each kind of value.

    Args:
        data_dir: Directory of everything a run writes.
        store: The store.
        canaries: The spellings of each kind of value.

    Returns:
        Number of files, and the kinds that were found.
    """
    root = Path("/") if store.pattern.startswith("/") else data_dir
    pattern = store.pattern.lstrip("/")
    files = sorted(path for path in root.glob(pattern) if path.is_file())
    found = {
        kind
        for path in files
        for text in _texts(path, _any_of(canaries))
        for kind, spellings in canaries.items()
        if any(spelling.lower().encode() in text for spelling in spellings)
    }
    return len(files), sorted(found)


def _any_of(canaries: Canaries) -> str:
    spellings = [one for kind in canaries.values() for one in kind]
    return "|".join(re.escape(one.lower()) for one in spellings)


def _texts(path: Path, pattern: str) -> Iterator[bytes]:
    """Yield what a file says, in small letters: as it lies there, and unpacked."""
    yield path.read_bytes().lower()
    if path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as connection:
            tables = connection.execute(
                "select schema_name, table_name from duckdb_tables() where not internal"
            ).fetchall()
            for schema, table in tables:
                name = f"{quote_name(schema)}.{quote_name(table)}"
                yield _rows(connection, name, pattern)
    elif path.suffix == ".parquet":
        with duckdb.connect() as connection:
            name = f"read_parquet({quote_text(str(path))})"
            yield _rows(connection, name, pattern)
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for member in archive.namelist():
                yield archive.read(member).lower()


def _rows(connection: duckdb.DuckDBPyConnection, table: str, pattern: str) -> bytes:
    """Return the rows of a table, as text, that hold any of the values."""
    rows = connection.execute(
        f"""
        select row_text
        from (select lower(found::varchar) as row_text from {table} as found)
        where regexp_matches(row_text, ?)
        """,
        [pattern],
    ).fetchall()
    return "\n".join(row[0] for row in rows).encode()
