"""Did each control that a release needs look at something, and find nothing?

One register holds the gates, the data tests and the ties. One that is missing, was
skipped, raised or looked at nothing counts as failed. A data test may look at an empty
table if there is a reason, which stands in the register: what was not delivered, what
else is empty, or conditions that no row meets. Where the table it tests is the empty
one it had nothing to examine, whatever rows the others have that it compares with.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from echelon.release.candidate import Candidate
from echelon.release.gate_records import GateDefinition
from echelon.release.gates import GateVerdict, gate_failed
from echelon.release.layout import read_records
from echelon.release.ties import Tie
from echelon.warehouse.build import Outcome
from echelon.warehouse.extent import Extent, read_extent
from echelon.warehouse.nodes import TEST, Node

GATE, DATA_TEST, TIE, FORMER = "gate", "data_test", "tie", "former_release"
NONE_EMPTIED = "no table has lost all its rows"
PASSED, WARNED, FAILED, NOTHING = "passed", "warned", "failed", "nothing to examine"
Record = Mapping[str, Any]


@dataclass(frozen=True)
class Register:
    """The controls that a release needs.

    Attributes:
        gates: Suites over a few rows of summary.
        nodes: The compiled dbt project: its tests, and what the tests look at.
        ties: Sums of published amounts that must be equal.
    """

    gates: Sequence[GateDefinition]
    nodes: Sequence[Node] = ()
    ties: Sequence[Tie] = ()


@dataclass(frozen=True)
class Control:
    """What became of one control.

    Attributes:
        name: Its name.
        kind: gate, data_test, tie or former_release.
        guards: Relations it looks at, as ``schema.table``.
        rows_examined: Rows of these, for a view of the tables behind it.
        outcome: passed, warned, failed, or nothing to examine.
        detail: Why, without values of rows.
    """

    name: str
    kind: str
    guards: tuple[str, ...]
    rows_examined: int
    outcome: str
    detail: str = ""


@dataclass(frozen=True)
class Judged:
    """What was decided about a candidate before it is written.

    Attributes:
        verdicts: One per gate.
        tests: One control per data test.
        ties: The ties that are needed.
    """

    verdicts: Sequence[GateVerdict]
    tests: Sequence[Control] = ()
    ties: Sequence[Tie] = ()


def record_build(candidate: Candidate, outcomes: Iterable[Outcome]) -> None:
    """Append what became of seeds, models and tests; the latest word counts.

    Args:
        candidate: The refresh under way.
        outcomes: What ``build`` reported.
    """
    with candidate.build_record.open("a", encoding="utf-8") as stream:
        for outcome in outcomes:
            record = {
                "node": outcome.node.unique_id,
                "is_sound": outcome.failure is None,
                "failing_row_count": outcome.failing_row_count,
                "row_count": outcome.row_count,
            }
            stream.write(json.dumps(record) + "\n")


def judge_tests(candidate: Candidate, nodes: Sequence[Node]) -> list[Control]:
    """Decide for each data test of the project whether its result stands.

    Args:
        candidate: The refresh under way; nobody writes its warehouse meanwhile.
        nodes: The compiled project.

    Returns:
        One control per test, in their order.
    """
    tests = [node for node in nodes if node.kind == TEST]
    if not tests:
        return []
    records = read_build_record(candidate.build_record)
    with duckdb.connect(str(candidate.warehouse), read_only=True) as connection:
        extent = read_extent(connection, nodes)
    return [judge_test(test, records, extent) for test in tests]


def read_build_record(path: Path) -> dict[str, Record]:
    """Read the latest record of each seed, model and test, by dbt's name of it."""
    return {record["node"]: record for record in read_records(path)}


def judge_test(test: Node, records: Mapping[str, Record], extent: Extent) -> Control:
    """Decide whether the result of a data test stands.

    Args:
        test: The test.
        records: What ``read_build_record`` returned.
        extent: The warehouse now.

    Returns:
        The control.
    """
    rows = {address: extent.rows_behind(address) for address in test.reads}
    empty = [address for address in test.reads if not rows[address]]
    examined = sum(rows.values())
    detail = "; ".join(f"{one} is empty: {extent.why_empty(one)}" for one in empty)
    outcome = PASSED
    fault = _fault_of(test, records, extent)
    if fault is not None:
        outcome, detail = FAILED, fault
    elif not examined or not set(test.tests).isdisjoint(empty):
        outcome = NOTHING
    return Control(test.name, DATA_TEST, test.reads, examined, outcome, detail)


def judge_ties(ties: Sequence[Tie], rows: Mapping[str, int]) -> list[Control]:
    """Say for each tie how many rows it looks at in what is about to be published.

    Args:
        ties: The ties that are needed.
        rows: Rows of each published table, and behind each published view.

    Returns:
        One control per tie. Its sums are compared when the file is read back: a
        release whose sums differ is never one.
    """
    controls = []
    for tie in ties:
        tables = tuple(sorted(tie.tables))
        missing = [table for table in tables if table not in rows]
        examined = sum(rows.get(table, 0) for table in tables)
        outcome, detail = PASSED, ""
        if missing:
            outcome, detail = FAILED, f"{missing[0]} is not published"
        elif not examined:
            outcome, detail = NOTHING, f"{tables[0]} has no rows"
        controls.append(Control(tie.says, TIE, tables, examined, outcome, detail))
    return controls


def judge_emptied(rows: Mapping[str, int], former: Mapping[str, int]) -> Control:
    """Warn of tables that have no row and had some in the release in force.

    A list of exceptions ends when the last is mended, so nothing is refused
    (docs/decisions/0012).

    Args:
        rows: Rows of each table about to be published.
        former: Rows of each table of the release in force.

    Returns:
        The control, of the tables that had rows.
    """
    held = tuple(table for table in sorted(rows) if former.get(table))
    emptied = [f"{one} had {former[one]} rows" for one in held if not rows[one]]
    examined = sum(rows[table] for table in held)
    outcome, detail = WARNED if emptied else PASSED, "; ".join(emptied)
    if not held:
        outcome, detail = NOTHING, "no former release has rows of these tables"
    return Control(NONE_EMPTIED, FORMER, held, examined, outcome, detail)


def judge_compared(ties: Sequence[Tie], compared: Mapping[str, int]) -> list[Control]:
    """Find the ties that the process which read the file back did not compare.

    Args:
        ties: The ties that are needed.
        compared: Number of sums compared, by what a tie says.

    Returns:
        One failed control per tie without a count.
    """
    return [
        Control(tie.says, TIE, tuple(sorted(tie.tables)), 0, FAILED, "did not run")
        for tie in ties
        if tie.says not in compared
    ]


def control_of(verdict: GateVerdict) -> Control:
    """Return what became of a gate."""
    record = verdict.record
    examined = record.rows_examined if record else 0
    outcome, detail = PASSED, record.detail if record else ""
    if verdict.fault is not None:
        outcome, detail = FAILED if verdict.is_critical else WARNED, verdict.fault
    elif record and record.not_applicable_reason is not None:
        outcome, detail = NOTHING, record.not_applicable_reason
    elif record and record.warnings:
        outcome = WARNED
    return Control(verdict.gate, GATE, verdict.examines, examined, outcome, detail)


def refuse_failed(controls: Iterable[Control]) -> None:
    """Refuse a release one of whose controls failed.

    Raises:
        EchelonError: ``GATE_FAILED`` naming the controls.
    """
    failed = [control for control in controls if control.outcome == FAILED]
    if failed:
        first, *others = failed
        more = f", and {len(others)} more" if others else ""
        kind = first.kind.replace("_", " ")
        raise gate_failed(
            ", ".join(control.name for control in failed[:5]),
            f"{kind} {first.name}: {first.detail}{more}",
        )


def _fault_of(test: Node, records: Mapping[str, Record], extent: Extent) -> str | None:
    record = records.get(test.unique_id)
    if record is None:
        return "did not run"
    if record["failing_row_count"]:
        return f"found {record['failing_row_count']} rows"
    if not record["is_sound"]:
        return "could not be run"
    for address in test.reads:
        node, found = extent.nodes.get(address), extent.rows.get(address)
        built = records.get(node.unique_id if node else "", {}).get("row_count")
        if node is not None and found is not None and found != built:
            return f"{address} has {found} rows, {built} when it was built"
        if not extent.rows_behind(address) and extent.why_empty(address) is None:
            return f"{address} has no rows and must have some"
    return None
