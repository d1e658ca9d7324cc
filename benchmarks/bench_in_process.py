"""What does a refresh of the tiny company cost in a process that runs several?

    python -m benchmarks.bench_in_process

The suites of faults and bad input, and the tests, refresh one after another in a
process. The first refresh loads the libraries, compiles the project and fits; each
following one is of the next day.
"""

import json
import platform
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import psutil
from rich.console import Console
from rich.table import Table

from dagster_project.resources.compiled_project import compiled_manifest
from echelon.config import load_settings
from echelon.release.previous import attach_previous
from echelon.warehouse.build import build
from echelon.warehouse.nodes import SEED, TEST, Node, read_nodes
from tests.command_line import echelon

FOLLOWING = 2


def refresh(data_dir: Path, as_of: date | None) -> dict[str, Any]:
    """Refresh in this process.

    Args:
        data_dir: Directory with what has landed.
        as_of: The day to look from; None for the latest event's.

    Returns:
        What the command reports, and its ``seconds``.

    Raises:
        RuntimeError: If it publishes nothing.
    """
    options = [] if as_of is None else ["--as-of", as_of]
    started = time.perf_counter()
    done = echelon(
        data_dir, "refresh", "--json", *options, ECHELON_KEEP_CANDIDATE="true"
    )
    seconds = time.perf_counter() - started
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {**report, "seconds": seconds}


def bare_seconds(data_dir: Path, candidate_dir: Path, former: Path) -> dict[str, float]:
    """Time the statements of each model and test, by nothing but DuckDB.

    Args:
        data_dir: The data directory, which has the compiled project.
        candidate_dir: A kept candidate; its models are built once more in a copy.
        former: Published database of the release before it.

    Returns:
        Seconds of the models, of the tests, and of both side by side as a refresh has
        them.
    """
    settings = load_settings().model_copy(update={"data_dir": data_dir})
    nodes = [n for n in read_nodes(compiled_manifest(settings)) if n.kind != SEED]
    models = [node for node in nodes if node.kind != TEST]
    tests = [node for node in nodes if node.kind == TEST]
    warehouse = candidate_dir / "warehouse.duckdb"
    with _copied(warehouse, former) as connection:
        seconds = {
            "models": _timed(connection, models, candidate_dir),
            "tests": _timed(connection, tests, candidate_dir),
        }
    with _copied(warehouse, former) as connection:
        seconds["both"] = _timed(connection, nodes, candidate_dir)
    return seconds


@contextmanager
def _copied(warehouse: Path, former: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a copy with the settings and the former release that a refresh has."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / warehouse.name
        copy.write_bytes(warehouse.read_bytes())
        with duckdb.connect(str(copy)) as connection:
            connection.execute("set global preserve_insertion_order = false")
            attach_previous(connection, former)
            yield connection


def _timed(
    connection: duckdb.DuckDBPyConnection, nodes: list[Node], candidate_dir: Path
) -> float:
    started = time.perf_counter()
    failed = [one for one in build(connection, nodes, candidate_dir) if one.failure]
    if failed:
        raise RuntimeError(f"{failed[0].node.name}: {failed[0].failure}")
    return time.perf_counter() - started


def main() -> None:
    """Refresh, refresh again, run the same statements bare, print."""
    with tempfile.TemporaryDirectory() as root:
        data_dir = Path(root)
        echelon(data_dir, "sample", "--size", "tiny", "--seed", 7)
        reports = [refresh(data_dir, None)]
        first_day = date.fromisoformat(reports[0]["as_of_date"])
        reports += [
            refresh(data_dir, first_day + timedelta(days=number))
            for number in range(1, FOLLOWING + 1)
        ]
        before, last = reports[-2:]
        bare = bare_seconds(
            data_dir, Path(last["candidate_dir"]), Path(before["published_path"])
        )
    _print(reports, bare)


def _print(reports: list[dict[str, Any]], bare: dict[str, float]) -> None:
    console = Console(width=110)
    console.print(
        f"tiny, seed 7, one process: {psutil.cpu_count()} cores, "
        f"Python {platform.python_version()}, {date.today()}"
    )
    table = Table("stage", "first", *["following"] * FOLLOWING)
    for steps in zip(*(report["stages"] for report in reports), strict=True):
        seconds = [f"{one['ended_at'] - one['started_at']:.2f}" for one in steps]
        table.add_row(steps[0]["name"], *seconds)
    table.add_row("refresh in all", *(f"{one['seconds']:.1f}" for one in reports))
    console.print(table)
    console.print(
        f"bare statements: models {bare['models']:.1f} s, tests {bare['tests']:.1f} s, "
        f"side by side {bare['both']:.1f} s"
    )


if __name__ == "__main__":
    main()
