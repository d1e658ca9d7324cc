"""How do the seeds, models and tests of a compiled dbt project become tables?

dbt compiles: references, macros, contracts, tests. What is left is one statement or two
a node, and running these costs a twentieth of what dbt's own run of a small node does.
"""

import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from echelon.quoting import quote_name
from echelon.warehouse.nodes import SEED, TEST, VIEW, Node
from echelon.warehouse.seed_file import MisfitError, read_seed


@dataclass(frozen=True)
class Outcome:
    """What became of one node.

    Attributes:
        node: The node.
        seconds: Wall time it took.
        failure: Why it failed; None when it did not.
        failing_row_count: Rows a test found.
        row_count: Rows a seed or table got; None for a view, a test or a failure.
    """

    node: Node
    seconds: float
    failure: str | None = None
    failing_row_count: int = 0
    row_count: int | None = None


def build(
    connection: duckdb.DuckDBPyConnection, nodes: Sequence[Node], seeds_dir: Path
) -> Iterator[Outcome]:
    """Build nodes one after another; what reads a failed one is left out.

    Tests run beside the models that follow them, on a second cursor: planning a small
    statement keeps one core busy and no more. Outcomes come in the order of the nodes,
    the same however long each test takes.

    Args:
        connection: The warehouse.
        nodes: What to build, each after what it reads.
        seeds_dir: Seed files in the folders of ``dbt_project/seeds``.

    Yields:
        One outcome per node that was tried and reads no failed one, in order.
    """
    for schema in sorted({node.schema for node in nodes if node.kind != TEST}):
        connection.execute(f"create schema if not exists {quote_name(schema)}")
    broken: set[str] = set()
    tried: deque[tuple[Node, Future[Outcome]]] = deque()
    with connection.cursor() as beside, ThreadPoolExecutor(max_workers=1) as tester:
        for node in nodes:
            if node.kind == TEST:
                attempt = tester.submit(_tried, beside, node, seeds_dir)
            elif broken.isdisjoint(node.parents):
                attempt = _done(_tried(connection, node, seeds_dir))
            else:
                broken.add(node.unique_id)
                continue
            tried.append((node, attempt))
            while tried and tried[0][1].done():
                yield from _settled(*tried.popleft(), broken)
        while tried:
            yield from _settled(*tried.popleft(), broken)


def _settled(
    node: Node, attempt: Future[Outcome], broken: set[str]
) -> Iterator[Outcome]:
    """Report an attempt whose predecessors are all known; note what it breaks."""
    if not broken.isdisjoint(node.parents):
        broken.add(node.unique_id)
        return
    outcome = attempt.result()
    if outcome.failure is not None:
        # What a failed test looked at is as little to be built on.
        broken |= {node.unique_id, *(node.parents if node.kind == TEST else ())}
    yield outcome


def failing_rows(
    connection: duckdb.DuckDBPyConnection, test: Node, limit: int | None = None
) -> list[dict[str, Any]]:
    """Fetch rows that a test found: keys and codes, which tests select.

    Args:
        connection: The warehouse.
        test: A test that failed.
        limit: Number of rows to fetch; None for all.

    Returns:
        Value by column of each row, in order.
    """
    first = "" if limit is None else f" limit {limit}"
    rows = connection.execute(f"select * from ({test.sql}) order by all{first}")
    names = [column[0] for column in rows.description or ()]
    return [dict(zip(names, row, strict=True)) for row in rows.fetchall()]


def failing_case(connection: duckdb.DuckDBPyConnection, test: Node) -> str:
    """Name the first row that a test found, column and value pairs."""
    (row,) = failing_rows(connection, test, limit=1)
    return ", ".join(f"{name} {value}" for name, value in row.items())


def _tried(
    connection: duckdb.DuckDBPyConnection, node: Node, seeds_dir: Path
) -> Outcome:
    """Build one node; what DuckDB or its seed file has against it is its failure."""
    started = time.perf_counter()
    failure, failing, rows = None, 0, None
    try:
        if node.kind == TEST:
            failing = _count(connection, node)
            failure = f"rows that break it: {failing}" if failing else None
        elif node.kind == SEED:
            rows = _load(connection, node, seeds_dir)
        else:
            failure = _contract_fault(connection, node)
            if failure is None:
                rows = _create(connection, node)
    except (duckdb.Error, MisfitError) as error:
        failure = str(error)
    return Outcome(node, time.perf_counter() - started, failure, failing, rows)


def _done(outcome: Outcome) -> Future[Outcome]:
    attempt: Future[Outcome] = Future()
    attempt.set_result(outcome)
    return attempt


def _count(connection: duckdb.DuckDBPyConnection, test: Node) -> int:
    counted = connection.execute(f"select count(*) from ({test.sql})").fetchone()
    return int(counted[0]) if counted else 0


def _load(connection: duckdb.DuckDBPyConnection, seed: Node, seeds_dir: Path) -> int:
    """Load a seed by the types it declares; a column it does not declare is text."""
    file = read_seed(seeds_dir / seed.file, seed.types)
    connection.execute(
        f"create or replace table {_address(seed)} as {file.select}", file.values
    )
    return len(file.lines)


def _create(connection: duckdb.DuckDBPyConnection, model: Node) -> int | None:
    """Create a view, or a table with the types and filled columns of its contract."""
    if model.kind == VIEW or not model.is_contracted:
        created = connection.execute(
            f"create or replace {model.kind} {_address(model)} as ({model.sql}\n)"
        )
        return None if model.kind == VIEW else int(created.fetchall()[0][0])
    names = ", ".join(map(quote_name, model.types))
    columns = ", ".join(
        f"{quote_name(name)} {data_type}{' not null' if name in model.filled else ''}"
        for name, data_type in model.types.items()
    )
    connection.execute(f"create or replace table {_address(model)} ({columns})")
    inserted = connection.execute(
        f"insert into {_address(model)} select {names} from ({model.sql}\n)"
    )
    return int(inserted.fetchall()[0][0])


def _contract_fault(connection: duckdb.DuckDBPyConnection, model: Node) -> str | None:
    """Compare the columns of a select with those its contract declares."""
    if not model.is_contracted:
        return None
    selected = {
        name: kind
        for name, kind, *_ in connection.execute(f"describe {model.sql}").fetchall()
    }
    declared = {name: _kind(data_type) for name, data_type in model.types.items()}
    faults = [
        f"{name} is {selected.get(name, 'missing')}, "
        f"its contract says {declared.get(name, 'no such column')}"
        for name in sorted(selected.keys() | declared.keys())
        if selected.get(name) != declared.get(name)
    ]
    return f"contract broken: {'; '.join(faults)}" if faults else None


@cache
def _kind(data_type: str) -> str:
    """Say how DuckDB writes a type: a contract may call it by another name."""
    return str(duckdb.sqltype(data_type))


def _address(node: Node) -> str:
    return f"{quote_name(node.schema)}.{quote_name(node.name)}"
