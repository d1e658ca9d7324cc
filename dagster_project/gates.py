"""The gates as blocking asset checks: a failed one stops what reads its table."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from dagster_project.faults import reported_faults
from dagster_project.resources.refresh import RefreshResource
from echelon.release.gate_records import read_gate_records, record_gate
from echelon.release.gates import gate_failed
from echelon.release.layout import GATE_RECORD_NAME, candidates_dir
from expectations.register import GATES, Gate

STAGES = ("raw", "identity", "features", "segmentation", "marts")


def gate_checks(stage: str) -> dg.AssetChecksDefinition:
    """Wrap the gates of one stage as one step of blocking checks."""
    gates = [gate for gate in GATES if gate.stage == stage]
    specs = [
        dg.AssetCheckSpec(
            name=gate.name,
            asset=gate.examines[0].split("."),
            description=gate.description,
            blocking=gate.is_critical,
        )
        for gate in gates
    ]

    @dg.multi_asset_check(name=f"{stage}_gates", specs=specs, pool="warehouse")
    def checks(refresh: RefreshResource) -> Iterator[dg.AssetCheckResult]:
        with reported_faults():
            for gate in gates:
                yield _check(gate, refresh)

    return checks


def _check(gate: Gate, refresh: RefreshResource) -> dg.AssetCheckResult:
    # Importing Great Expectations costs seconds: only where suites run.
    from expectations.gate import examine

    with refresh.connect() as connection:
        result = examine(gate, connection)
        record = record_gate(refresh.candidate, gate, result, connection)
    is_open = record.passed or record.not_applicable_reason is not None
    return dg.AssetCheckResult(
        asset_key=gate.examines[0].split("."),
        check_name=gate.name,
        passed=is_open,
        severity=dg.AssetCheckSeverity.ERROR
        if gate.is_critical
        else dg.AssetCheckSeverity.WARN,
        description=record.not_applicable_reason or record.detail,
        metadata={
            "rows_examined": record.rows_examined,
            "critical_failures": record.critical_failures,
            "warnings": record.warnings,
        },
    )


def refuse_closed_gates(data_dir: Path) -> None:
    """Raise for the critical gates that a failed run left closed.

    Dagster says only that a blocking check failed; the gate record says why.

    Args:
        data_dir: Directory of everything a run writes.

    Raises:
        EchelonError: ``GATE_FAILED`` naming each closed gate and what it found.
    """
    critical = {gate.name for gate in GATES if gate.is_critical}
    for path in candidates_dir(data_dir).glob(f"*/{GATE_RECORD_NAME}"):
        records = read_gate_records(path)
        closed = [
            record
            for name, record in sorted(records.items())
            if name in critical
            and not record.passed
            and record.not_applicable_reason is None
        ]
        if closed:
            raise gate_failed(
                ", ".join(record.gate for record in closed),
                "; ".join(f"gate {record.gate}: {record.detail}" for record in closed),
            )


CHECKS = [gate_checks(stage) for stage in STAGES]
