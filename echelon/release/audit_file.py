"""What does a published file hold, read by a process that did not write it?

Run as ``python -m echelon.release.audit_file FILE``; prints one JSON object.
"""

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

import echelon
from echelon.errors import EchelonError, ExitCode, Fault
from echelon.machine import out_of_resources
from echelon.release.content import (
    TableContent,
    current_catalog,
    list_tables,
    list_views,
    quoted,
    read_content,
)
from echelon.release.reader import open_database
from echelon.release.tie_out import TieOut, tie_out


@dataclass(frozen=True)
class FileAudit:
    """What was read back from a published file.

    Attributes:
        tables: Content by ``schema.table``, every stored table of the file.
        views: Addresses of the views, each of which answered a query.
        tie_out: The ledger against the allocation.
    """

    tables: dict[str, TableContent]
    views: tuple[str, ...]
    tie_out: TieOut

    @staticmethod
    def from_json(text: str) -> "FileAudit":
        """Read what ``main`` printed."""
        record = json.loads(text)
        tied = {
            **record["tie_out"],
            "differences": tuple(record["tie_out"]["differences"]),
        }
        return FileAudit(
            tables={name: TableContent(**t) for name, t in record["tables"].items()},
            views=tuple(record["views"]),
            tie_out=TieOut(**tied),
        )


def audit_file(path: Path, memory_limit: str | None = None) -> FileAudit:
    """Recompute content hashes, totals and the tie-out of a published file.

    Args:
        path: A published database.
        memory_limit: Memory of the engine, such as ``4GB``; its own share of
            the machine without.

    Returns:
        What the file holds.
    """
    with open_database(path, memory_limit) as connection:
        catalog = current_catalog(connection)
        schemas = _schemas(connection)
        tables = list_tables(connection, catalog, schemas)
        views = list_views(connection, catalog)
        for view in views:
            # Binding alone finds a view that reads a table which was not published.
            connection.execute(f"select * from {quoted(view)} limit 0").fetchall()
        return FileAudit(
            tables={name: read_content(connection, catalog, name) for name in tables},
            views=tuple(views),
            tie_out=tie_out(connection),
        )


def audit_in_fresh_process(path: Path, memory_limit: str) -> FileAudit:
    """Read a published file back in a process that did not write it.

    Args:
        path: A published database.
        memory_limit: Memory of the engine, such as ``4GB``.

    Returns:
        What that process found.

    Raises:
        EchelonError: ``RESOURCES`` if that process ran out of memory or disk or was
            killed, ``INTEGRITY`` if the file cannot be read.
    """
    root = str(Path(echelon.__file__).parents[1])
    python_path = os.pathsep.join([root, os.environ.get("PYTHONPATH", "")]).strip(
        os.pathsep
    )
    done = subprocess.run(
        [sys.executable, "-m", "echelon.release.audit_file", str(path), memory_limit],
        env={**os.environ, "PYTHONPATH": python_path},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == ExitCode.RESOURCES:
        raise EchelonError(ExitCode.RESOURCES, Fault(**json.loads(done.stdout)))
    if done.returncode == -signal.SIGKILL:
        # So a machine without memory ends the process that has most of it.
        raise EchelonError(
            ExitCode.RESOURCES,
            Fault(
                "reader_killed",
                "the process that reads the published file back was killed",
                hint="lower ECHELON_MEMORY_LIMIT below what the machine has free",
            ),
        )
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise EchelonError(
            ExitCode.INTEGRITY,
            Fault(
                "published_file_unreadable",
                f"the published file: {reason}",
                rule="a release is read back by another process before it is published",
                hint="nothing was published: refresh again; look after disk and memory"
                " if it happens again",
            ),
        )
    return FileAudit.from_json(done.stdout)


def main() -> None:
    """Print the audit of a file: its path and the memory stand on the command line."""
    path, memory_limit = sys.argv[1:]
    try:
        audit = audit_file(Path(path), memory_limit)
    except Exception as error:
        exhausted = out_of_resources(error)
        if exhausted is None:
            raise
        sys.stdout.write(json.dumps(asdict(exhausted.fault)) + "\n")
        sys.exit(exhausted.exit_code)
    sys.stdout.write(json.dumps(asdict(audit)) + "\n")


def _schemas(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = connection.execute(
        "select distinct schema_name from duckdb_schemas() where not internal"
    ).fetchall()
    return sorted(row[0] for row in rows)


if __name__ == "__main__":
    main()
