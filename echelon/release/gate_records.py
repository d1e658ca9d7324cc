"""What did each gate find, and in which tables?"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

import duckdb

from echelon.release.candidate import Candidate
from echelon.release.content import (
    base_tables,
    current_catalog,
    list_views,
    read_content,
)
from echelon.release.layout import read_records


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
        table_hashes=_table_hashes(connection, catalog, gate) if applies else {},
    )
    with candidate.gate_record.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(asdict(record), sort_keys=True) + "\n")
    return record


def read_gate_records(path: Path) -> dict[str, GateRecord]:
    """Read the latest record of each gate, by gate name."""
    records = (GateRecord(**record) for record in read_records(path))
    return {record.gate: record for record in records}


def _table_hashes(
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
