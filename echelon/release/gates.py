"""Which gates audited this candidate, with what result, and is that still about it?"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

import duckdb

from echelon.errors import EchelonError, ExitCode, Fault
from echelon.release.candidate import Candidate
from echelon.release.content import (
    base_tables,
    columns_of,
    current_catalog,
    list_views,
    read_content,
)


class GateOutcome(Protocol):
    """What a gate found; ``expectations.gate.GateResult`` is one."""

    @property
    def gate(self) -> str:
        """Name of the gate."""

    @property
    def rows_examined(self) -> int:
        """Rows behind the frame the suite saw."""

    @property
    def passed(self) -> bool:
        """Whether no critical expectation failed."""

    @property
    def critical_failures(self) -> int:
        """Number of critical expectations that failed."""

    @property
    def warnings(self) -> int:
        """Number of warning expectations that failed."""

    @property
    def detail(self) -> str:
        """What failed, without values of rows."""

    @property
    def not_applicable_reason(self) -> str | None:
        """Why there was nothing to examine, or None."""


class GateDefinition(Protocol):
    """A gate the publish step asks for; ``expectations.register.Gate`` is one."""

    @property
    def name(self) -> str:
        """Name of the gate."""

    @property
    def stage(self) -> str:
        """Stage after which it runs."""

    @property
    def is_critical(self) -> bool:
        """Whether it can stop a release."""

    @property
    def examines(self) -> tuple[str, ...]:
        """Tables it examines, as ``schema.table``."""

    @property
    def requires(self) -> tuple[str, ...]:
        """Contract tables it needs: ``a``, ``a or b``, ``a where condition or b``."""


@dataclass(frozen=True)
class GateRecord:
    """One gate result, bound to what was examined.

    Attributes:
        gate: Name of the gate.
        rows_examined: Rows behind the frame the suite saw.
        passed: Whether no critical expectation failed.
        critical_failures: Number of critical expectations that failed.
        warnings: Number of warning expectations that failed.
        detail: What failed, without values of rows.
        not_applicable_reason: Why there was nothing to examine, or None.
        table_hashes: Content hash by ``schema.table`` of each examined stored table.
    """

    gate: str
    rows_examined: int
    passed: bool
    critical_failures: int
    warnings: int
    detail: str
    not_applicable_reason: str | None
    table_hashes: dict[str, str]


@dataclass(frozen=True)
class GateVerdict:
    """Whether the publish step accepts a gate.

    Attributes:
        gate: Name of the gate.
        stage: Stage after which it runs.
        is_critical: Whether it can stop a release.
        examines: Tables it examines, as ``schema.table``.
        record: The latest result, None if the gate never ran.
        fault: Why it is not accepted, or None.
    """

    gate: str
    stage: str
    is_critical: bool
    examines: tuple[str, ...]
    record: GateRecord | None
    fault: str | None


def record_gate(
    candidate: Candidate,
    gate: GateDefinition,
    result: GateOutcome,
    connection: duckdb.DuckDBPyConnection,
) -> GateRecord:
    """Append a gate's result, bound to the content of every table it examined.

    Args:
        candidate: The refresh under way.
        gate: The gate's definition.
        result: What it found.
        connection: Connection to the candidate's warehouse.

    Returns:
        The record as written. When a gate is run again the latest record counts.
    """
    applies = result.not_applicable_reason is None
    catalog = current_catalog(connection)
    record = GateRecord(
        gate=gate.name,
        rows_examined=result.rows_examined,
        passed=result.passed,
        critical_failures=result.critical_failures,
        warnings=result.warnings,
        detail=result.detail,
        not_applicable_reason=result.not_applicable_reason,
        table_hashes=table_hashes(connection, catalog, gate) if applies else {},
    )
    with candidate.gate_record.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(asdict(record), sort_keys=True) + "\n")
    return record


def read_gate_records(path: Path) -> dict[str, GateRecord]:
    """Read the latest record of each gate, by gate name."""
    if not path.exists():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    records = (GateRecord(**json.loads(line)) for line in lines)
    return {record.gate: record for record in records}


def judge_gates(
    candidate: Candidate,
    required: Sequence[GateDefinition],
    connection: duckdb.DuckDBPyConnection,
    catalog: str,
) -> list[GateVerdict]:
    """Decide for each required gate whether its record still stands.

    Args:
        candidate: The refresh under way.
        required: The gates a release needs.
        connection: Connection that has the candidate's warehouse attached.
        catalog: Name under which it is attached.

    Returns:
        One verdict per required gate, in the order given.
    """
    records = read_gate_records(candidate.gate_record)
    hashes: dict[
        str, str
    ] = {}  # each table is read once, however many gates examine it
    verdicts = []
    for gate in required:
        record = records.get(gate.name)
        fault = _fault_of(gate, record, connection, catalog)
        if (
            fault is None
            and record is not None
            and record.not_applicable_reason is None
        ):
            fault = _stale(gate, record, connection, catalog, hashes)
        about = (gate.name, gate.stage, gate.is_critical, gate.examines)
        verdicts.append(GateVerdict(*about, record, fault))
    return verdicts


def refuse_unless_passed(verdicts: Sequence[GateVerdict]) -> None:
    """Raise ``GATE_FAILED`` naming every critical gate that is not accepted."""
    failed = [v for v in verdicts if v.is_critical and v.fault is not None]
    if not verdicts:
        raise gate_failed("gates", "no gate was asked for, so nothing was audited")
    if failed:
        raise gate_failed(
            ", ".join(v.gate for v in failed),
            "; ".join(f"gate {v.gate}: {v.fault}" for v in failed),
        )


def gate_failed(rule: str, message: str) -> EchelonError:
    """Make the error of a release that an audit refused."""
    return EchelonError(
        ExitCode.GATE_FAILED,
        Fault(
            code="gate_failed",
            message=message,
            rule=rule,
            hint="nothing was published; the former release stays in force",
        ),
    )


def unmet_requirement(
    gate: GateDefinition, connection: duckdb.DuckDBPyConnection, catalog: str
) -> str | None:
    """Say what a gate needs that was not delivered.

    Args:
        gate: The gate; ``requires`` names its tables.
        connection: Connection that has the candidate's warehouse attached.
        catalog: Name under which it is attached.

    Returns:
        The absent tables of the first requirement that no alternative meets, each with
        its reason, or None if the gate has something to examine.
    """
    rows = connection.execute(
        "select table_name, is_available, unavailable_reason"
        f" from {catalog}.raw.table_availability"
    ).fetchall()
    availability = {table: (is_there, reason) for table, is_there, reason in rows}
    for requirement in gate.requires:
        lacks = []
        for alternative in requirement.split(" or "):
            table, _, condition = alternative.partition(" where ")
            is_there, reason = availability.get(table, (False, "unknown table"))
            if is_there and condition:
                reason = f"no row where {condition}"
                is_there = connection.execute(
                    f"select 1 from {catalog}.raw.{table} where {condition} limit 1"
                ).fetchall()
            if is_there:
                break
            lacks.append(f"{table}: {reason}")
        else:
            return "; ".join(sorted(lacks))
    return None


def table_hashes(
    connection: duckdb.DuckDBPyConnection, catalog: str, gate: GateDefinition
) -> dict[str, str]:
    """Hash the stored tables behind everything a gate examines."""
    views = list_views(connection, catalog)
    tables = {
        table
        for address in gate.examines
        for table in base_tables(connection, views, address)
    }
    return {
        table: read_content(connection, catalog, table).content_hash
        for table in sorted(tables)
    }


def _fault_of(
    gate: GateDefinition,
    record: GateRecord | None,
    connection: duckdb.DuckDBPyConnection,
    catalog: str,
) -> str | None:
    if record is None:
        return "did not run"
    if record.not_applicable_reason is not None:
        return _false_absence(gate, connection, catalog)
    if record.rows_examined == 0:
        return "examined 0 rows"
    if not record.passed or record.critical_failures:
        return record.detail
    if gate.is_critical and record.warnings:
        return f"warned, and a critical gate may not: {record.detail}"
    return None


def _false_absence(
    gate: GateDefinition, connection: duckdb.DuckDBPyConnection, catalog: str
) -> str | None:
    if unmet_requirement(gate, connection, catalog) is not None:
        return None
    return "was passed over although its tables were delivered"


def _stale(
    gate: GateDefinition,
    record: GateRecord,
    connection: duckdb.DuckDBPyConnection,
    catalog: str,
    hashes: dict[str, str],
) -> str | None:
    views = list_views(connection, catalog)
    for address in gate.examines:
        for table in base_tables(connection, views, address):
            if not columns_of(connection, catalog, table):
                return f"{table} is gone since it was examined"
            if table not in hashes:
                content = read_content(connection, catalog, table)
                hashes[table] = content.content_hash
            if record.table_hashes.get(table) != hashes[table]:
                return f"{table} changed after it was examined"
    return None
