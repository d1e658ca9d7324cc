"""What goes into the file that everyone reads?"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from echelon.quoting import quote_text
from echelon.release.candidate import Candidate
from echelon.release.content import (
    TableContent,
    base_tables,
    list_tables,
    list_views,
    quoted,
    read_content,
    relations_read,
)
from echelon.release.controls import (
    Control,
    Judged,
    control_of,
    judge_emptied,
    judge_ties,
    refuse_failed,
)
from echelon.release.previous import TakenOver, count_taken_over
from echelon.release.release_tables import (
    OWN_TABLES,
    SOURCE,
    TARGET,
    input_dates,
    input_files,
    stamp_tables,
    write_control_results,
    write_gate_results,
    write_release_row,
    write_waived_checks,
)
from echelon.release.store import find_release

PUBLISHED_SCHEMAS = (
    "core",
    "features",
    "finance",
    "governance",
    "sales",
    "supply_chain",
)
STORAGE_VERSION = "v1.5.0"


@dataclass(frozen=True)
class PublishedContent:
    """What was written to the published file.

    Attributes:
        tables: Content by ``schema.table``.
        views: Stored tables each view stands on, by ``schema.view``.
        controls: What became of each control that it needed.
        input_files: The delivered files it was made of.
        taken_over: What of the costs was not allocated again.
    """

    tables: dict[str, TableContent]
    views: dict[str, list[str]]
    controls: list[Control]
    input_files: list[dict[str, Any]]
    taken_over: TakenOver


def attach_files(
    connection: duckdb.DuckDBPyConnection, candidate: Candidate, path: Path
) -> None:
    """Attach the working database read-only and a new published file.

    The storage version keeps the file readable by tools of the 1.x engine.
    """
    attach_candidate(connection, candidate)
    connection.execute(
        f"attach {quote_text(str(path))} as {TARGET}"
        f" (storage_version '{STORAGE_VERSION}')"
    )


def attach_published(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Attach a written published file, read-only."""
    connection.execute(f"attach {quote_text(str(path))} as {TARGET} (read_only)")


def attach_candidate(
    connection: duckdb.DuckDBPyConnection, candidate: Candidate
) -> None:
    """Attach the working database read-only."""
    connection.execute(
        f"attach {quote_text(str(candidate.warehouse))} as {SOURCE} (read_only)"
    )


def write_published(
    connection: duckdb.DuckDBPyConnection,
    candidate: Candidate,
    judged: Judged,
    row_limit: int,
) -> PublishedContent:
    """Copy the published schemas and write what the release says of itself.

    A published view brings along the tables it reads, at their own address, so that a
    compact fact stays compact.

    Args:
        connection: Connection with both files attached by ``attach_files``.
        candidate: The refresh under way.
        judged: What was decided about gates and data tests, and the ties to come.
        row_limit: Tables up to this many rows are stored sorted by all their columns.

    Returns:
        Content of each table as read from the candidate, by address, the stored
        tables behind each view, and the controls.

    Raises:
        EchelonError: ``GATE_FAILED`` if a table that is to be tied is not published.
    """
    views = list_views(connection, SOURCE)
    behind = {
        view: base_tables(connection, views, view)
        for view in views
        if view.split(".")[0] in PUBLISHED_SCHEMAS
    }
    tables = set(list_tables(connection, SOURCE, PUBLISHED_SCHEMAS))
    tables.update(*behind.values())
    contents = {}
    for table in sorted(tables):
        contents[table] = read_content(connection, SOURCE, table)
        _copy(connection, table, sort=contents[table].rows <= row_limit)
    _copy_views(connection, views, sorted(behind))
    controls = [*map(control_of, judged.verdicts), *judged.tests]
    rows = _rows(contents, behind)
    controls += judge_ties(judged.ties, rows)
    controls.append(judge_emptied(rows, _former_rows(candidate)))
    refuse_failed(controls)
    write_gate_results(connection, candidate.release_id, judged.verdicts)
    write_control_results(connection, candidate.release_id, controls)
    write_waived_checks(connection)
    dates = input_dates(connection)
    write_release_row(connection, candidate, dates)
    stamp_tables(connection, candidate, dates)
    for table in OWN_TABLES:
        contents[table] = read_content(connection, TARGET, table)
    return PublishedContent(
        tables=contents,
        views=behind,
        controls=controls,
        input_files=input_files(connection),
        taken_over=count_taken_over(connection, SOURCE),
    )


def _rows(
    contents: Mapping[str, TableContent], behind: Mapping[str, list[str]]
) -> dict[str, int]:
    """Count the rows of each published table, and those behind each view."""
    stored = {table: content.rows for table, content in contents.items()}
    seen = {view: sum(stored[t] for t in tables) for view, tables in behind.items()}
    return stored | seen


def _former_rows(candidate: Candidate) -> dict[str, int]:
    """Read the rows of each table of the release in force, as its manifest has them."""
    if candidate.previous_release_id is None:
        return {}
    former = find_release(candidate.data_dir, candidate.previous_release_id)
    tables = former.manifest()["tables"]
    return {name: table["rows"] for name, table in tables.items()}


def export_parquet(
    connection: duckdb.DuckDBPyConnection,
    content: PublishedContent,
    directory: Path,
    row_limit: int,
) -> tuple[tuple[str, ...], dict[str, str]]:
    """Write each published table and view up to a row limit as one Parquet file.

    Args:
        connection: Connection with the published file attached.
        content: What the file holds.
        directory: Directory to create; files are ``<schema>/<table>.parquet``.
        row_limit: Largest number of rows to export.

    Returns:
        Exported addresses, and the reason by address of what was left out.
    """
    exported, left_out = [], {}
    tables, views = content.tables, content.views
    connection.execute("set preserve_insertion_order = true")
    for address in sorted(tables.keys() | views.keys()):
        if address.split(".")[0] not in PUBLISHED_SCHEMAS:
            continue
        # A view over a large table is not even counted: it may be many times larger.
        rows = max(
            (tables[table].rows for table in views.get(address, [address])), default=0
        )
        if address in views and rows <= row_limit:
            rows = _count(connection, address)
        if rows > row_limit:
            left_out[address] = f"more than {row_limit} rows; read {TARGET}.duckdb"
            continue
        schema_name, table_name = address.split(".")
        (directory / schema_name).mkdir(parents=True, exist_ok=True)
        path = directory / schema_name / f"{table_name}.parquet"
        # The tables copied from the candidate lie sorted; views and own tables do not.
        is_sorted = address not in views and address not in OWN_TABLES
        order = "" if is_sorted else " order by all"
        connection.execute(
            f"copy (select * from {TARGET}.{quoted(address)}{order})"
            f" to {quote_text(str(path))} (format parquet, compression zstd)"
        ).fetchall()
        exported.append(address)
    return tuple(exported), left_out


def _copy(connection: duckdb.DuckDBPyConnection, table: str, sort: bool) -> None:
    connection.execute(
        f"create schema if not exists {TARGET}.{quoted(table.split('.', 1)[0])}"
    )
    # Only a sorted table has an order worth keeping; the others copy faster without.
    connection.execute(f"set preserve_insertion_order = {str(sort).lower()}")
    connection.execute(
        f"create table {TARGET}.{quoted(table)} as from {SOURCE}.{quoted(table)}"
        + (" order by all" if sort else "")
    ).fetchall()


def _copy_views(
    connection: duckdb.DuckDBPyConnection, sql: Mapping[str, str], views: list[str]
) -> None:
    created: set[str] = set()
    connection.execute(f"use {TARGET}")
    for view in views:
        for relation in relations_read(connection, sql, view):
            if relation in sql and relation not in created:
                schema_name = quoted(relation.split(".")[0])
                connection.execute(f"create schema if not exists {schema_name}")
                connection.execute(sql[relation])
                created.add(relation)
    connection.execute("use memory")


def _count(connection: duckdb.DuckDBPyConnection, address: str) -> int:
    rows = connection.execute(f"select count(*) from {TARGET}.{quoted(address)}")
    return int(rows.fetchall()[0][0])
