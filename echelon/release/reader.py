"""How does a reader open a published file?"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from echelon.errors import EchelonError, ExitCode, Fault
from echelon.machine import out_of_resources

Row = dict[str, Any]

READER_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "lock_configuration": "true",
}


@contextmanager
def open_database(
    path: Path, memory_limit: str | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open one published file as every reader must (read-only, hardened).

    Raises:
        EchelonError: As ``reading``.
    """
    limits = {"memory_limit": memory_limit} if memory_limit else {}
    # The real path: the pointer may move while the connection lives.
    real = str(path.resolve())
    config = {**READER_CONFIG, **limits}
    with reading(path), duckdb.connect(real, read_only=True, config=config) as opened:
        yield opened


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Tell a published file that is damaged from a query that is wrong.

    Args:
        path: The file that is read inside; nothing else is.

    Raises:
        EchelonError: ``INTEGRITY`` if it is gone or cannot be read as a database.
    """
    try:
        path.open("rb").close()  # an account that may not read it is told so
        yield
    except (FileNotFoundError, duckdb.Error) as error:
        if not isinstance(error, FileNotFoundError | duckdb.IOException) and (
            type(error) is not duckdb.Error  # what a wrong checksum raises
        ):
            raise
        raise out_of_resources(error) or _damaged(path, error) from error


def read_rows(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    values: dict[str, Any] | None = None,
) -> list[Row]:
    """Run a query with named values and return its rows by column name."""
    cursor = connection.execute(query, values or {})
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _damaged(path: Path, error: Exception) -> EchelonError:
    is_gone = isinstance(error, FileNotFoundError)
    return EchelonError(
        ExitCode.INTEGRITY,
        Fault(
            code="database_damaged",
            message="is missing" if is_gone else "cannot be read as a database",
            file=f"{path.parent.resolve().name}/{path.name}",
            rule="a published release never changes",
            hint="`echelon doctor` says what is damaged, `echelon rollback` puts a"
            " sound release in force",
        ),
    )
