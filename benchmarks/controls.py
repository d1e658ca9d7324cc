"""Can every control fail? A seeded defect for each that must be caught.

Gates: every expectation on a frame with one corrupted value, and every gate on a tiny
warehouse with one flaw. Data tests: on the warehouse of a refreshed sample company, a
row doubled, emptied or given a value nobody knows. Ties: a cent in one of the sums.
The register of them: each taken out, raised, or its table emptied. Landing, proof and
verify: two bad deliveries a check, a changed posting, each kind of tampering; ``make
badinput`` and ``make tamper`` try more. One JSON line a control, with the rows it
examines in that release; ends with 1 if one has no defect or lets it pass.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.control_defects import (
    caught_by_gate,
    caught_by_test,
    caught_by_tie,
    rows_of_test,
)
from benchmarks.control_suites import (
    Found,
    former_release,
    landing_checks,
    proof,
    registered_gates,
    registered_tests,
    registered_ties,
    tampering_kinds,
)
from dagster_project.resources.compiled_project import compiled_manifest
from echelon.config import load_settings
from echelon.release.candidate import load_candidate
from echelon.release.layout import WAREHOUSE_NAME
from echelon.release.store import Release, release_in_force
from echelon.release.tie_out import EVERY_TIE
from expectations.register import GATES

Line = dict[str, Any]


def gates(connection: duckdb.DuckDBPyConnection) -> Iterator[Line]:
    """Try every gate; its rows are those the release says it examined."""
    examined = dict(
        connection.execute(
            "select gate_name, rows_examined from governance.rpt_gate_results"
        ).fetchall()
    )
    for gate in GATES:
        defects, missed = caught_by_gate(gate)
        yield _line("gate", gate.name, examined.get(gate.name), defects, missed)


def data_tests(
    connection: duckdb.DuckDBPyConnection, manifest: Mapping[str, Any]
) -> Iterator[Line]:
    """Try every dbt test on the warehouse it ran on."""
    for entry in manifest["nodes"].values():
        if entry["resource_type"] == "test":
            rows = rows_of_test(connection, manifest, entry)
            missed = caught_by_test(connection, manifest, entry)
            yield _line("data_test", entry["name"], rows, 1, missed)


def ties(
    connection: duckdb.DuckDBPyConnection, manifest: Mapping[str, Any]
) -> Iterator[Line]:
    """Try every tie on the published file; its rows are the sums it compared."""
    counted = manifest["tie_out"]["ties"]
    for tie in EVERY_TIE:
        missed = caught_by_tie(connection, tie)
        yield _line("tie", tie.says, counted.get(tie.says), 1, missed)


def others(
    warehouse: duckdb.DuckDBPyConnection, release: Release, spoilt: Path, data_dir: Path
) -> Iterator[Line]:
    """Try the register, the checks of the landing, the proof and verify."""
    candidate = load_candidate(data_dir / "candidates" / release.release_id)
    suites: dict[str, Iterator[Found]] = {
        "register": chain(
            registered_tests(warehouse, candidate),
            registered_gates(warehouse, candidate),
            registered_ties(),
            former_release(release),
        ),
        "landing_check": landing_checks(),
        "proof": proof(release, spoilt, data_dir),
        "verify": tampering_kinds(),
    }
    for kind, found in suites.items():
        for name, defects, missed in found:
            yield _line(kind, name, None, defects, missed)


def _line(
    kind: str, name: str, rows: int | None, defects: int, missed: list[str]
) -> Line:
    return {
        "kind": kind,
        "control": name,
        "rows_examined": rows,
        "defects": defects,
        "missed": missed,
        "can_fail": defects > 0 and not missed,
    }


def run(data_dir: Path) -> int:
    """Try every control and print what became of it.

    Args:
        data_dir: A refreshed company whose candidate was kept.

    Returns:
        Number of controls that could not be shown to fail.
    """
    release = release_in_force(data_dir)
    warehouse = data_dir / "candidates" / release.release_id / WAREHOUSE_NAME
    lines: list[Line] = []
    with tempfile.TemporaryDirectory(prefix="controls-") as name:
        for path in (warehouse, release.database):
            shutil.copyfile(path, Path(name) / path.name)
            os.chmod(Path(name) / path.name, 0o600)
        with duckdb.connect(str(Path(name) / release.database.name)) as published:
            found = [*gates(published), *ties(published, release.manifest())]
        with duckdb.connect(str(Path(name) / WAREHOUSE_NAME)) as connection:
            found += others(
                connection, release, Path(name) / release.database.name, data_dir
            )
            found += data_tests(connection, compiled_manifest(load_settings()))
        for line in found:
            print(json.dumps(line))
            lines.append(line)
    unproven = [line for line in lines if not line["can_fail"]]
    kinds = sorted({line["kind"] for line in lines})
    summary = {
        "suite": "controls",
        "controls": len(lines),
        **{kind: sum(line["kind"] == kind for line in lines) for kind in kinds},
        "can_fail": len(lines) - len(unproven),
        "unproven": [line["control"] for line in unproven],
    }
    print(json.dumps(summary))
    return len(unproven)


def _refreshed_sample(data_dir: Path) -> None:
    environment = {
        **os.environ,
        "ECHELON_DATA_DIR": str(data_dir),
        "ECHELON_KEEP_CANDIDATE": "true",
    }
    for arguments in (["sample", "--size", "small"], ["refresh", "--json"]):
        command = [sys.executable, "-m", "echelon.cli", *arguments]
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)


def main() -> None:
    """Refresh a sample company, or take one that is there, and try the controls."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data-dir", type=Path, help="Refreshed with ECHELON_KEEP_CANDIDATE=true."
    )
    data_dir = parser.parse_args().data_dir
    with tempfile.TemporaryDirectory(prefix="controls-") as name:
        if data_dir is None:
            data_dir = Path(name) / "data"
            _refreshed_sample(data_dir)
        sys.exit(1 if run(data_dir.resolve()) else 0)


if __name__ == "__main__":
    main()
