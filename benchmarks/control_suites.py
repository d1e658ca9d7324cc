"""Does what watches the controls, the deliveries and the releases catch a defect?

The register must refuse a control that is missing, raised or whose table was emptied;
each check of the landing a bad delivery; the proof a posting that was changed; and
``echelon verify`` each kind of tampering.
"""

import io
import json
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from benchmarks import tampering
from benchmarks.badinput.cases import catalogue
from benchmarks.badinput.trials import try_case
from benchmarks.tampering_attacks import ATTACKS
from dagster_project.assets.publication import REGISTER
from echelon.release.candidate import Candidate
from echelon.release.content import current_catalog
from echelon.release.controls import (
    FAILED,
    NOTHING,
    WARNED,
    Record,
    judge_compared,
    judge_emptied,
    judge_test,
    judge_ties,
    read_build_record,
)
from echelon.release.gates import judge_gates
from echelon.release.layout import landing_dir
from echelon.release.proof import Subject, prove
from echelon.release.store import Release
from echelon.release.tie_out import TieOut
from echelon.warehouse.extent import Extent, read_extent
from echelon.warehouse.nodes import TEST, Node

# Name of a control, number of its defects and those it let pass.
Found = tuple[str, int, list[str]]
NO_TIES = TieOut(0, 0, 0, {}, ())
FIRST = "rowid = (select min(rowid) from finance.fct_ledger_lines)"
PROOF_DEFECTS = {
    "a cent": "update {} set amount_base_ccy = amount_base_ccy + 0.01 where {}",
    "a pool": "update {} set cost_pool_code = 'x' where {}",
    "a period": "update {} set fiscal_period = '1999-01' where {}",
    "a posting": "delete from {} where {}",
}


def registered_tests(
    connection: duckdb.DuckDBPyConnection, candidate: Candidate
) -> Iterator[Found]:
    """Take each data test's result away, let it raise, empty a table it looks at."""
    tests = [node for node in REGISTER.nodes if node.kind == TEST]
    records = read_build_record(candidate.build_record)
    extent = read_extent(connection, REGISTER.nodes)
    lost = [
        test.name
        for test in tests
        if judge_test(test, _without(records, test.unique_id), extent).outcome != FAILED
    ]
    yield "a data test is missing", len(tests), lost
    raised = {**next(iter(records.values())), "is_sound": False}
    lost = [
        test.name
        for test in tests
        if judge_test(test, {**records, test.unique_id: raised}, extent).outcome
        != FAILED
    ]
    yield "a data test raised", len(tests), lost
    tables = sorted({t for test in tests for t in test.reads if extent.rows.get(t)})
    lost = []
    for table in tables:
        emptied = replace(extent, rows={**extent.rows, table: 0}, _behind={})
        watching = [test for test in tests if table in test.reads]
        if any(judge_test(t, records, emptied).outcome != FAILED for t in watching):
            lost.append(table)
    yield "a tested table was emptied", len(tables), lost
    yield "a tested table was built empty", *_built_empty(tests, records, extent)


def _built_empty(
    tests: Sequence[Node], records: Mapping[str, Record], extent: Extent
) -> tuple[int, list[str]]:
    """Let each table a test looks at alone be built empty: fatal if it never is."""
    tried, lost = 0, []
    for test in tests:
        [table, *others] = test.reads
        if others or not extent.rows.get(table):
            continue
        node = extent.nodes[table]
        emptied = replace(extent, rows={**extent.rows, table: 0}, _behind={})
        built = {**records[node.unique_id], "row_count": 0}
        control = judge_test(test, {**records, node.unique_id: built}, emptied)
        wanted = FAILED if node.is_never_empty else NOTHING
        tried += 1
        if control.outcome != wanted or not control.detail:
            lost.append(test.name)
    return tried, lost


def registered_gates(
    connection: duckdb.DuckDBPyConnection, candidate: Candidate
) -> Iterator[Found]:
    """Take the gates' results away, and let them have looked at nothing."""
    lines = candidate.gate_record.read_text(encoding="utf-8").splitlines()
    nothing = {"rows_examined": 0, "not_applicable_reason": None}
    empty = [json.dumps({**json.loads(line), **nothing}) for line in lines]
    for name, kept in (("is missing", []), ("looked at no row", empty)):
        with tempfile.TemporaryDirectory() as directory:
            spoilt = replace(candidate, directory=Path(directory))
            spoilt.gate_record.write_text("\n".join(kept), encoding="utf-8")
            catalog = current_catalog(connection)
            verdicts = judge_gates(spoilt, REGISTER.gates, connection, catalog)
        lost = [verdict.gate for verdict in verdicts if verdict.fault is None]
        yield f"a gate {name}", len(verdicts), lost


def former_release(release: Release) -> Iterator[Found]:
    """Let each table of the release have lost its rows in the next."""
    tables = release.manifest()["tables"]
    rows = {name: table["rows"] for name, table in tables.items() if table["rows"]}
    lost = [
        table
        for table in rows
        if judge_emptied({**rows, table: 0}, rows).outcome != WARNED
    ]
    yield "a table has lost all its rows", len(rows), lost


def registered_ties() -> Iterator[Found]:
    """Leave each tie out, and each table that a tie reads."""
    compared = dict.fromkeys((tie.says for tie in REGISTER.ties), 1)
    lost = [
        says
        for says in compared
        if [one.name for one in judge_compared(REGISTER.ties, _without(compared, says))]
        != [says]
    ]
    yield "a tie is missing", len(compared), lost
    rows = dict.fromkeys(frozenset().union(*(t.tables for t in REGISTER.ties)), 1)
    lost = [
        table
        for table in sorted(rows)
        if all(
            one.outcome != FAILED
            for one in judge_ties(REGISTER.ties, _without(rows, table))
        )
    ]
    yield "a tied table is missing", len(rows), lost


def landing_checks() -> Iterator[Found]:
    """Deliver to each check of the landing what it must find, and to its twin."""
    by_check = defaultdict(list)
    for case in catalogue().values():
        by_check[case.expected.code].append(case.name)
    for check, names in sorted(by_check.items(), key=str):
        tried = names[:2]  # `make badinput` tries them all
        yield check, len(tried), [n for n in tried if not try_case(n)["passed"]]


def proof(release: Release, spoilt: Path, data_dir: Path) -> Iterator[Found]:
    """Change a posting of a release, and lose a delivery of its ledger.

    Args:
        release: The release.
        spoilt: A copy of its database, to be spoilt.
        data_dir: Where it was made.
    """
    files = release.manifest()["inputs"]["files"]
    subject = Subject(
        release.release_id, release.as_of_date, spoilt, landing_dir(data_dir), files
    )
    missed = [] if not prove(subject, NO_TIES).differences else ["sound"]
    kept = spoilt.read_bytes()
    for name, statement in PROOF_DEFECTS.items():
        with duckdb.connect(str(spoilt)) as connection:
            connection.execute(statement.format("finance.fct_ledger_lines", FIRST))
        if not prove(subject, NO_TIES).differences:
            missed.append(name)
        spoilt.write_bytes(kept)
    if not prove(replace(subject, landing=spoilt), NO_TIES).differences:
        missed.append("deliveries")
    yield "proof of the ledger", len(PROOF_DEFECTS) + 1, missed


def tampering_kinds() -> Iterator[Found]:
    """Tamper once in each way with releases of a tiny company, and verify."""
    with tempfile.TemporaryDirectory(prefix="controls-") as directory:
        printed = io.StringIO()
        with redirect_stdout(printed):
            tampering.run(len(ATTACKS), 7, set(), Path(directory).resolve())
    *_, summary = map(json.loads, printed.getvalue().splitlines())
    missed = summary["missed"]
    for kind in ATTACKS:
        yield kind, 1, [kind] * missed.get(kind, 0)


def _without(known: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in known.items() if name != key}
