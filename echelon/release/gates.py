"""Is every gate's result in order, and still about what is published?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import duckdb

from echelon.errors import EchelonError, ExitCode, Fault
from echelon.release.candidate import Candidate
from echelon.release.content import (
    base_tables,
    columns_of,
    list_views,
    read_content,
)
from echelon.release.gate_records import (
    GateDefinition,
    GateRecord,
    read_gate_records,
)


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
    tables = _Tables(connection, catalog, list_views(connection, catalog))
    verdicts = []
    for gate in required:
        record = records.get(gate.name)
        fault = _fault_of(gate, record, tables)
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


@dataclass(frozen=True)
class _Tables:
    """The candidate's tables; each is read once, however many gates examined it."""

    connection: duckdb.DuckDBPyConnection
    catalog: str
    views: Mapping[str, str]
    hashes: dict[str, str] = field(default_factory=dict)

    def hash_of(self, table: str) -> str | None:
        """Hash a stored table; None if it is gone."""
        if table not in self.hashes:
            if not columns_of(self.connection, self.catalog, table):
                return None
            content = read_content(self.connection, self.catalog, table)
            self.hashes[table] = content.content_hash
        return self.hashes[table]


def _fault_of(
    gate: GateDefinition, record: GateRecord | None, tables: _Tables
) -> str | None:
    if record is None:
        return "did not run"
    if record.not_applicable_reason is not None:
        return _false_absence(gate, tables)
    if record.rows_examined == 0:
        return "examined 0 rows"
    if not record.passed or record.critical_failures:
        return record.detail
    if gate.is_critical and record.warnings:
        return f"warned, and a critical gate may not: {record.detail}"
    return _stale(gate, record, tables)


def _false_absence(gate: GateDefinition, tables: _Tables) -> str | None:
    if unmet_requirement(gate, tables.connection, tables.catalog) is not None:
        return None
    return "was passed over although its tables were delivered"


def _stale(gate: GateDefinition, record: GateRecord, tables: _Tables) -> str | None:
    for address in gate.examines:
        for table in base_tables(tables.connection, tables.views, address):
            found = tables.hash_of(table)
            if found is None:
                return f"{table} is gone since it was examined"
            if record.table_hashes.get(table) != found:
                return f"{table} changed after it was examined"
    return None
