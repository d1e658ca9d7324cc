"""What does a release say of itself: its gates and what it was made of?"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from echelon.quoting import quote_text
from echelon.release.candidate import Candidate
from echelon.release.content import quoted
from echelon.release.controls import Control
from echelon.release.gates import GateVerdict

SOURCE = "candidate"
TARGET = "published"
# Published tables that no model makes: their columns and types.
OWN_TABLES = {
    "governance.dim_releases": {
        "release_id": "varchar",
        "as_of_date": "date",
        "recorded_at": "timestamp",
        "base_currency_code": "varchar",
        "previous_release_id": "varchar",
        "seed": "bigint",
        "deliveries_sha256": "varchar",
        "logic_sha256": "varchar",
        "policy_sha256": "varchar",
        "libraries_sha256": "varchar",
        "inputs_sha256": "varchar",
        "engine_version": "varchar",
        "input_as_of_dates_json": "varchar",
    },
    "governance.rpt_control_results": {
        "release_id": "varchar",
        "control_kind": "varchar",
        "control_name": "varchar",
        "guarded_tables": "varchar",
        "rows_examined": "bigint",
        "outcome": "varchar",
        "detail": "varchar",
    },
    "governance.rpt_gate_results": {
        "release_id": "varchar",
        "gate_name": "varchar",
        "stage": "varchar",
        "is_critical": "boolean",
        "outcome": "varchar",
        "rows_examined": "bigint",
        "passed": "boolean",
        "critical_failure_count": "integer",
        "warning_count": "integer",
        "detail": "varchar",
    },
    "governance.rpt_waived_checks": {
        "check_code": "varchar",
        "delivery_id": "varchar",
        "reason": "varchar",
        "valid_to_date": "date",
        "is_in_force": "boolean",
        "breach_count": "bigint",
    },
}


def write_gate_results(
    connection: duckdb.DuckDBPyConnection,
    release_id: str,
    verdicts: Sequence[GateVerdict],
) -> None:
    """Write ``governance.rpt_gate_results``: one row per required gate.

    Args:
        connection: Connection with both files attached.
        release_id: The release.
        verdicts: What was decided about each gate.
    """
    rows = sorted((release_id, *_gate_row(verdict)) for verdict in verdicts)
    _insert(connection, "governance.rpt_gate_results", rows)


def write_control_results(
    connection: duckdb.DuckDBPyConnection,
    release_id: str,
    controls: Sequence[Control],
) -> None:
    """Write ``governance.rpt_control_results``: one row per required control.

    Args:
        connection: Connection with both files attached.
        release_id: The release.
        controls: Gates, data tests and ties.
    """
    rows = sorted(
        (
            release_id,
            control.kind,
            control.name,
            ", ".join(control.guards),
            control.rows_examined,
            control.outcome,
            control.detail,
        )
        for control in controls
    )
    _insert(connection, "governance.rpt_control_results", rows)


def write_waived_checks(connection: duckdb.DuckDBPyConnection) -> None:
    """Write ``governance.rpt_waived_checks``: which rule the inputs may break, and why.

    Args:
        connection: Connection with both files attached.
    """
    columns = ", ".join(OWN_TABLES["governance.rpt_waived_checks"])
    rows = connection.execute(
        f"select {columns} from {SOURCE}.raw.waived_checks order by all"
    )
    _insert(connection, "governance.rpt_waived_checks", rows.fetchall())


def _insert(
    connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[Any, ...]]
) -> None:
    """Create one of our own tables and fill it."""
    columns = ", ".join(f"{name} {kind}" for name, kind in OWN_TABLES[table].items())
    connection.execute(f"create schema if not exists {TARGET}.governance")
    connection.execute(f"create table {TARGET}.{table} ({columns})")
    if rows:
        # One statement: row by row, five hundred of them take a second.
        marks = f"({', '.join('?' for _ in OWN_TABLES[table])})"
        connection.execute(
            f"insert into {TARGET}.{table} values {', '.join([marks] * len(rows))}",
            [value for row in rows for value in row],
        )


def _gate_row(verdict: GateVerdict) -> tuple[Any, ...]:
    start = (verdict.gate, verdict.stage, verdict.is_critical)
    record = verdict.record
    if record is None:
        return (*start, "did not run", 0, False, 0, 0, verdict.fault)
    counts = (record.critical_failures, record.warnings)
    if record.not_applicable_reason is not None:
        reason = record.not_applicable_reason
        return (*start, "not applicable", 0, None, *counts, reason)
    if verdict.fault is not None:
        return (*start, "failed", record.rows_examined, False, *counts, verdict.fault)
    outcome = "warned" if record.warnings else "passed"
    return (*start, outcome, record.rows_examined, True, *counts, record.detail)


def input_dates(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return the latest business date delivered by each source system.

    Args:
        connection: Connection with the candidate attached.

    Returns:
        ISO date by system, sorted; systems without a dated row are left out.
    """
    rows = connection.execute(
        f"""
        select split_part(table_name, '__', 1) as source_system, max(input_as_of_date)
        from {SOURCE}.raw.table_availability
        group by all
        having max(input_as_of_date) is not null
        order by all
        """
    ).fetchall()
    return {system: day.isoformat() for system, day in rows}


def input_files(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """List the delivered files a release is made of.

    Args:
        connection: Connection with the candidate attached.

    Returns:
        Table, path below the landing directory, hash, sequence and counts of each.
    """
    columns = ["table_name", "source_file", "sha256", "sequence", "row_count"]
    columns.append("quarantined_row_count")
    rows = connection.execute(
        f"select {', '.join(columns)} from {SOURCE}.raw.deliveries order by all"
    ).fetchall()
    return [dict(zip(columns, row, strict=True)) for row in rows]


def stamp_tables(
    connection: duckdb.DuckDBPyConnection,
    candidate: Candidate,
    dates: Mapping[str, str],
) -> None:
    """Comment every published table and view with its release and input dates.

    Args:
        connection: Connection with the published file attached.
        candidate: The refresh under way.
        dates: What ``input_dates`` returned.
    """
    latest = ", ".join(f"{system} {day}" for system, day in dates.items())
    stamp = quote_text(f"Release {candidate.release_id}; input as of {latest}")
    for kind in ("table", "view"):
        internal = " and not internal" if kind == "view" else ""
        addresses = connection.execute(
            f"""
            select schema_name || '.' || {kind}_name from duckdb_{kind}s()
            where database_name = '{TARGET}'{internal}
            order by all
            """
        ).fetchall()
        for (address,) in addresses:
            connection.execute(
                f"comment on {kind} {TARGET}.{quoted(address)} is {stamp}"
            )


def write_release_row(
    connection: duckdb.DuckDBPyConnection,
    candidate: Candidate,
    dates: Mapping[str, str],
) -> None:
    """Write ``governance.dim_releases``: one row, what the release was made of.

    Args:
        connection: Connection with both files attached.
        candidate: The refresh under way.
        dates: What ``input_dates`` returned.
    """
    row = (
        candidate.release_id,
        candidate.as_of_date,
        candidate.recorded_at,
        candidate.base_currency_code,
        candidate.previous_release_id,
        candidate.seed,
        candidate.hashes.deliveries,
        candidate.hashes.logic,
        candidate.hashes.policy,
        candidate.hashes.libraries,
        candidate.inputs_sha256,
        duckdb.__version__,
        json.dumps(dict(dates)),
    )
    _insert(connection, "governance.dim_releases", [row])
